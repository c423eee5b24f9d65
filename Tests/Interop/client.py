#!/usr/bin/env python3
"""A third party's client of liaison.sync.v1.Sync, made from proto/ with grpcio.

client.py ADDRESS list              what the register holds, one JSON object a line
client.py ADDRESS push CODE NAME    adds an organization, twice; prints both verdicts
client.py ADDRESS push-raw HEX      pushes these bytes as a revision
client.py ADDRESS hold              opens a push, sends nothing, and waits for its end
client.py ADDRESS errors            provokes each error of a call; prints status and name

With LIAISON_IDENTITY, the folder of a replica, it calls over TLS as that replica.
"""
import hashlib
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

import grpc
from grpc_tools import protoc

OFFICE = "VIE"


def load():
    """Generates the messages and the service, and imports them."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    folder = tempfile.mkdtemp()
    files = ["protobuf-c/protobuf-c.proto"]
    files += [f"liaison/sync/v1/{name}.proto" for name in ("register", "sync", "enrol", "service")]
    code = protoc.main(
        ["protoc", f"-I{root}/proto", "-I/usr/include", f"--python_out={folder}",
         f"--grpc_python_out={folder}", *files])
    if code != 0:
        sys.exit("client: proto/ cannot be compiled\nTry: ./Scripts/install --tests")
    sys.path.insert(0, folder)
    from liaison.sync.v1 import register_pb2, service_pb2_grpc, sync_pb2
    return register_pb2, sync_pb2, service_pb2_grpc


def credentials(folder):
    """What a replica in a folder proves with who it is."""
    key = pathlib.Path(folder, "identity.key").read_bytes()
    end = b"-----END CERTIFICATE-----\n"
    certificate, authority = [
        part + end for part in pathlib.Path(folder, "identity.pem").read_bytes().split(end)[:2]]
    return grpc.ssl_channel_credentials(authority, key, certificate)


def connected(address):
    """A channel: over TLS with a replica's key and certificate, or on loopback without."""
    folder = os.environ.get("LIAISON_IDENTITY")
    if folder is None:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, credentials(folder))


def uuid7():
    bits = int.from_bytes(os.urandom(16), "big") & ((1 << 80) - 1)
    value = int(time.time() * 1000) << 80 | bits
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    return value.to_bytes(16, "big")


def following(address, service, sync, calls, metadata):
    """Channels with so many open follows, 64 to a connection; and the calls, which end if nobody has them."""
    channels, follows = [], []
    for number in range(calls):
        if number % 64 == 0:
            channels.append(grpc.insecure_channel(
                address, options=[("grpc.use_local_subchannel_pool", 1)]))
            stub = service.SyncStub(channels[-1])
        follows.append(stub.Pull(sync.PullRequest(protocol=1, follow=True), metadata=metadata))
        next(follows[-1])
    return channels, follows


def errors(channel, stub, sync, header, metadata):
    """One line for each row of the table in the article Protocol, but for the calls of an office."""
    def attempt(name, call):
        try:
            list(call())
            print(name, "OK")
        except grpc.RpcError as error:
            names = [value for key, value in error.trailing_metadata() if key == "liaison-error"]
            print(name, error.code().name, *names)

    def pull(**fields):
        return stub.Pull(sync.PullRequest(**{"protocol": 1, **fields}), metadata=metadata, timeout=20)

    def raw(data):
        method = channel.stream_stream("/liaison.sync.v1.Sync/Push")
        return method(iter([data]), metadata=metadata, timeout=20)

    here, register = header.head, header.register
    attempt("no-office", lambda: stub.Pull(sync.PullRequest(protocol=1), timeout=20))
    attempt("unknown-office", lambda: stub.Pull(
        sync.PullRequest(protocol=1), metadata=[("liaison-office", "NOBODY")], timeout=20))
    attempt("protocol", lambda: pull(protocol=2))
    attempt("register", lambda: pull(register=uuid7()))
    attempt("prefix", lambda: pull(
        register=register, cursor=sync.Cursor(prefix=bytes(32), position=here.position)))
    attempt("past-the-head", lambda: pull(
        register=register, cursor=sync.Cursor(prefix=here.prefix, position=here.position + 1)))
    attempt("negative", lambda: pull(
        register=register, cursor=sync.Cursor(prefix=here.prefix, position=-1)))
    attempt("garbage", lambda: raw(b"\xff\xff\xff"))
    attempt("truncated", lambda: raw(b"\x22\x10\x0a"))
    edit = sync.Edit(id=uuid7(), revision=b"x")
    attempt("too-many", lambda: raw(sync.PushRequest(
        protocol=1, register=register, cursor=here, edits=[edit] * 1001
    ).SerializeToString()))
    attempt("too-long", lambda: raw(b"\x22\x00" * (5 << 19)))
    attempt("hostile-count", lambda: raw(b"\x22\x00" * (3 << 19)))
    attempt("at-the-head", lambda: pull(register=register, cursor=here))


def main():
    address, command, *rest = sys.argv[1:]
    register, sync, service = load()
    metadata = [("liaison-office", OFFICE)]
    with connected(address) as channel:
        stub = service.SyncStub(channel)

        def pull():
            return list(stub.Pull(sync.PullRequest(protocol=1), metadata=metadata, timeout=20))

        def push(edit, header):
            request = sync.PushRequest(
                protocol=1, register=header.register, cursor=header.head, edits=[edit])
            for reply in stub.Push(iter([request]), metadata=metadata, timeout=20):
                for verdict in reply.verdicts:
                    kind = verdict.WhichOneof("outcome")
                    outcome = getattr(verdict, kind)
                    print(json.dumps({
                        "verdict": kind, "position": getattr(outcome, "position", None),
                        "reason": getattr(outcome, "reason", None),
                        "message": getattr(outcome, "message", None)}))

        if command == "list":
            for message in pull():
                for change in message.batch.changes:
                    revision = register.Revision.FromString(change.revision)
                    print(json.dumps({
                        "position": change.position, "code": revision.code,
                        "kind": revision.kind,
                        "revision": hashlib.sha256(change.revision).hexdigest()}))
        elif command == "hold":
            release = threading.Event()
            call = stub.Push(iter(release.wait, True), metadata=metadata)
            call.initial_metadata()  # The server has taken the call.
            print("waiting", flush=True)
            try:
                list(call)
            except grpc.RpcError as error:
                print(error.code().name, flush=True)
            release.set()
        elif command == "errors":
            header = pull()[0].header
            errors(channel, stub, sync, header, metadata)
            channels, follows = following(address, service, sync, header.limits.office_calls, metadata)
            try:
                pull()
                print("calls OK", len(follows))
            except grpc.RpcError as error:
                print("calls", error.code().name, dict(error.trailing_metadata())["liaison-error"])
            for call in follows:
                call.cancel()
            for other in channels:
                other.close()
            # gRPC's own threads have kept an interpreter from ending that had so many calls open.
            sys.stdout.flush()
            os._exit(0)
        else:
            header = pull()[0].header
            if command == "push":
                revision = register.Revision(
                    record=uuid7(), kind=1, office=OFFICE, author="client.py",
                    time=int(time.time() * 1000), code=rest[0],
                    fields=[register.Field(number=1, text=rest[1]),
                            register.Field(number=2, choice="other")])
                edit = sync.Edit(
                    id=uuid7(), revision=revision.SerializeToString(deterministic=True))
                push(edit, header)
                push(edit, header)
            elif command == "push-raw":
                push(sync.Edit(id=uuid7(), revision=bytes.fromhex(rest[0])), header)
            else:
                sys.exit(__doc__)


if __name__ == "__main__":
    main()
