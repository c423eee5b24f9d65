#!/usr/bin/env python3
"""Makes each call with each certificate of a folder, and prints what is answered.

matrix.py ADDRESS FOLDER CLIENT

FOLDER holds authority.pem, and for each certificate NAME.pem and NAME.key; it also calls without any. CLIENT is
grpcio, or openssl: then `openssl s_client` makes the connection, and HTTP/2 is written into it. Prints a table:
certificates × calls, "fine" or the name of the error.
"""
import pathlib
import struct
import subprocess
import sys
import time

import grpc
import h2.config
import h2.connection
import h2.events

import client

PATIENCE = 20
METHODS = {
    "pull": "liaison.sync.v1.Sync/Pull", "follow": "liaison.sync.v1.Sync/Pull",
    "push": "liaison.sync.v1.Sync/Push", "history": "liaison.sync.v1.Sync/History",
    "enrol": "liaison.sync.v1.Enrol/Enrol", "renew": "liaison.sync.v1.Enrol/Renew",
    "health": "grpc.health.v1.Health/Check",
    "reflection": "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}


class Grpcio:
    """Calls with grpcio's own transport."""

    def __init__(self, address, authority, key, certificate):
        self.channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(
            authority.read_bytes(), key and key.read_bytes(), certificate and certificate.read_bytes()))

    def call(self, method, messages, is_first_enough):
        """The messages of the answer; a follow is let go after the first."""
        call = self.channel.stream_stream(f"/{method}")(iter(messages), timeout=PATIENCE)
        answers = []
        try:
            for answer in call:
                answers.append(answer)
                if is_first_enough:
                    call.cancel()
                    break
        except grpc.RpcError as error:
            names = [value for key, value in error.trailing_metadata() if key == "liaison-error"]
            return answers, names[0] if names else error.code().name
        return answers, "fine"

    def close(self):
        self.channel.close()


class OpenSSL:
    """Calls through `openssl s_client`, one connection a call."""

    def __init__(self, address, authority, key, certificate):
        self.address = address
        self.command = [
            "openssl", "s_client", "-quiet", "-nocommands", "-connect", address, "-alpn", "h2", "-CAfile",
            str(authority), "-verify_return_error"]
        if key:
            self.command += ["-key", str(key), "-cert", str(certificate)]

    def call(self, method, messages, is_first_enough):
        with subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as tls:
            try:
                return self.over(tls, method, messages, is_first_enough)
            finally:
                tls.kill()

    def over(self, tls, method, messages, is_first_enough):
        http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        http.initiate_connection()
        http.send_headers(1, [
            (":method", "POST"), (":scheme", "https"), (":path", f"/{method}"),
            (":authority", self.address), ("content-type", "application/grpc"), ("te", "trailers")])
        for message in messages:
            http.send_data(1, b"\0" + struct.pack(">I", len(message)) + message)
        http.end_stream(1)
        data, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            tls.stdin.write(http.data_to_send())
            tls.stdin.flush()
            received = tls.stdout.read1(1 << 16)
            if not received:
                return [], "closed"
            for event in http.receive_data(received):
                if isinstance(event, h2.events.DataReceived):
                    data += event.data
                    http.acknowledge_received_data(event.flow_controlled_length, 1)
                    if is_first_enough:
                        return [], "fine"
                elif isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                    headers = dict(event.headers)
                    if headers.get("grpc-status", "0") != "0":
                        return [], headers.get("liaison-error", headers["grpc-status"])
                    if "grpc-status" in headers:
                        return [data[5:5 + struct.unpack(">I", data[1:5])[0]]] if data else [], "fine"
        return [], "silent"

    def close(self):
        pass


def main():
    address, folder, kind = sys.argv[1:]
    folder = pathlib.Path(folder)
    _, sync, _ = client.load()
    from liaison.sync.v1 import enrol_pb2
    caller = {"grpcio": Grpcio, "openssl": OpenSSL}[kind]
    names = sorted(path.stem for path in folder.glob("*.key")) + ["none"]

    def connected(name):
        own = (None, None) if name == "none" else (folder / f"{name}.key", folder / f"{name}.pem")
        return caller(address, folder / "authority.pem", *own)

    pull = sync.PullRequest(protocol=1).SerializeToString()
    good = connected("enrolled")
    header = sync.PullResponse.FromString(good.call(METHODS["pull"], [pull], False)[0][0]).header
    good.close()
    messages = {
        "pull": [pull], "follow": [sync.PullRequest(protocol=1, follow=True).SerializeToString()],
        "push": [],
        "history": [sync.HistoryRequest(
            protocol=1, register=header.register, record=client.uuid7(),
            cursor=header.head).SerializeToString()],
        "enrol": [enrol_pb2.EnrolRequest(protocol=1, office="VIE", secret=bytes(10)).SerializeToString()],
        "renew": [enrol_pb2.RenewRequest(protocol=1).SerializeToString()],
        # A check of the server as a whole; a question for its services.
        "health": [b""], "reflection": [b"\x3a\0"]}
    print("certificate", *METHODS, sep=" | ")
    for name in names:
        connection = connected(name)
        answers = [connection.call(METHODS[call], messages[call], call == "follow")[1] for call in METHODS]
        connection.close()
        print(name, *answers, sep=" | ")


if __name__ == "__main__":
    main()
