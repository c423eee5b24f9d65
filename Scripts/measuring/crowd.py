"""Crowds at a running server, each caller on a connection of its own: pulls whose answer nobody reads, and
followers who wait for a commit. Speaks as much of HTTP/2 (RFC 9113) as that takes: a gRPC library per caller
would be what is measured."""
import re
import selectors
import socket
import ssl
import struct
import time

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
TCP_ESTABLISHED = 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header(name, value):
    """A literal header without indexing (RFC 7541 §6.2.2)."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def pull(address, office, message):
    """What a client sends that calls Pull: the preface, its settings, and the call."""
    headers = b"".join(header(name, value) for name, value in (
        (":method", "POST"), (":scheme", "http"), (":path", "/liaison.sync.v1.Sync/Pull"),
        (":authority", address), ("content-type", "application/grpc"), ("te", "trailers"),
        ("liaison-office", office)))
    return (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0)
            + frame(HEADERS, END_HEADERS, 1, headers)
            + frame(DATA, END_STREAM, 1, b"\0" + struct.pack(">I", len(message)) + message))


class Caller:
    """One connection with one pull on it."""

    def __init__(self, address, office, message, context=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self.socket.sendall(pull(address, office, message))
        self.rest = b""
        self.messages = 0
        self.ended = None  # When the server has ended the call.
        self.left = 0  # Of the message that is read.

    @property
    def stands(self):
        """Whether the server has not closed the connection, read or unread."""
        return self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_ESTABLISHED

    def read(self):
        """Reads what has come, and answers settings and pings."""
        self.rest += self.socket.recv(1 << 16)
        while isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            self.rest += self.socket.recv(1 << 16)
        while len(self.rest) >= 9:
            size = int.from_bytes(self.rest[:3], "big")
            kind, flags = self.rest[3], self.rest[4]
            if len(self.rest) < 9 + size:
                return
            payload, self.rest = self.rest[9:9 + size], self.rest[9 + size:]
            if kind in (SETTINGS, PING) and not flags & ACK:
                self.socket.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))
            elif kind == DATA:
                self.take(payload)
            elif kind == HEADERS and flags & END_STREAM:
                self.ended = time.perf_counter()

    def take(self, data):
        while data:
            if self.left == 0:  # A message's prefix is not cut in two by a server of ours.
                self.left, data = int.from_bytes(data[1:5], "big"), data[5:]
            taken = min(self.left, len(data))
            self.left, data = self.left - taken, data[taken:]
            self.messages += self.left == 0


class Crowd:
    def __init__(self, address, offices, count, message, contexts=(None,)):
        """Callers of these offices, or with these certificates, by turns."""
        self.callers = [
            Caller(address, offices[n % len(offices)], message, contexts[n % len(contexts)])
            for n in range(count)]

    def read_until_each_has(self, messages):
        """Seconds until each caller has had so many messages; five minutes at most."""
        start = time.perf_counter()
        waiting = {caller for caller in self.callers if caller.messages < messages}

        def has_read(caller):
            if caller.messages >= messages:
                waiting.discard(caller)

        self.read(has_read, lambda: waiting and time.perf_counter() < start + 300)
        if waiting:
            raise RuntimeError(f"{len(waiting)} of {len(self.callers)} followers were not told")
        return time.perf_counter() - start

    def read(self, has_read, goes_on):
        """Reads whatever comes, as long as `goes_on` says."""
        with selectors.DefaultSelector() as selector:
            for caller in self.callers:
                selector.register(caller.socket, selectors.EVENT_READ, caller)
            while goes_on():
                for key, _ in selector.select(0.2):
                    key.data.read()
                    has_read(key.data)

    def seconds_until_let_go(self, limit):
        """How long it takes until the server has closed every connection; `limit` if it does not."""
        start = time.perf_counter()
        while time.perf_counter() < start + limit:
            if not any(caller.stands for caller in self.callers):
                return time.perf_counter() - start
            time.sleep(0.2)
        return limit

    def close(self):
        for caller in self.callers:
            caller.socket.close()


def resident(server):
    """Memory of a server now, in MiB."""
    with open(f"/proc/{server.process.pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def settled(server):
    """Memory of a server once it has not changed for a second, in MiB."""
    before, now = -1, resident(server)
    while abs(now - before) > 0.05:
        time.sleep(1)
        before, now = now, resident(server)
    return now
