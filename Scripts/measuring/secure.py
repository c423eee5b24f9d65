"""Crowds that call over TLS with the certificates of enrolled replicas, and an office that is disabled under load."""
import asyncio
import pathlib
import shutil
import ssl
import subprocess
import threading
import time

import grpc

from crowd import Crowd, settled
from load import Caller, edit, load

# Connections that a server takes with one replica's certificate.
A_REPLICA = 60


class Replica:
    """What an enrolled replica proves with who it is."""

    def __init__(self, build, office, name):
        line = build.output("liaisond", "office", "invite", office, "-C", "secure").strip()
        build.run("liaison", "clone", line, name)
        folder = pathlib.Path(build.folder, name)
        self.office = office
        self.key, pem = (folder / "identity.key").read_bytes(), (folder / "identity.pem").read_text()
        end = "-----END CERTIFICATE-----\n"
        self.certificate, self.authority = [part + end for part in pem.split(end)[:2]]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.load_verify_locations(cadata=self.authority)
        self.context.load_cert_chain(folder / "identity.pem", folder / "identity.key")
        self.context.set_alpn_protocols(["h2"])
        shutil.rmtree(folder)

    @property
    def credentials(self):
        return grpc.ssl_channel_credentials(self.authority.encode(), self.key, self.certificate.encode())


def followers(build, table, count):
    """Memory of each of so many followers, over TLS and in plain text."""
    message = load()[1].PullRequest(protocol=1, follow=True).SerializeToString()
    for kind, flags in (("over TLS", []), ("in plain text", build.plain)):
        offices = [f"O{number:02}" for number in range(-(-count // A_REPLICA))]
        build.make_register("secure", offices)
        with build.serving("secure", flags=flags) as server:
            contexts = [None] if flags else [
                Replica(build, office, f"replica-{office}").context for office in offices]
            before = settled(server)
            crowd = Crowd(server.address, offices, count, message, contexts)
            crowd.read_until_each_has(1)
            table.add(f"followers {kind}, KiB each", build,
                      (settled(server) - before) * 1024 / len(crowd.callers))
            crowd.close()
        shutil.rmtree(f"{build.folder}/secure")


def disabled(build, table, count=200, pushers=20):
    """How long it takes until all calls of an office have ended that is disabled, and how long another office's
    push takes at most meanwhile."""
    build.make_register("secure", ["VIE", "NYC"])
    modules = load()
    message = modules[1].PullRequest(protocol=1, follow=True).SerializeToString()
    with build.serving("secure", flags=[]) as server:
        replicas = [Replica(build, "VIE", f"replica-{number}") for number in range(5)]
        other = Replica(build, "NYC", "other")
        crowd = Crowd(server.address, ["VIE"], count, message, [one.context for one in replicas[:4]])
        crowd.read_until_each_has(1)
        pushing = Pushing(modules, server.address, [replicas[4]] * pushers, other)
        pushing.start()
        crowd.read(lambda caller: None, lambda: not pushing.is_under_way)
        done = []

        def disable():
            subprocess.run([f"{build.binaries}/liaisond", "office", "disable", "VIE", "-C", "secure"],
                           cwd=build.folder, check=True, stdout=subprocess.DEVNULL)
            done.append(time.perf_counter())

        command = threading.Thread(target=disable)
        command.start()
        start = time.perf_counter()
        crowd.read(lambda caller: None, lambda: time.perf_counter() < start + 60 and (
            pushing.open or any(caller.ended is None for caller in crowd.callers)))
        command.join()
        ends = [caller.ended for caller in crowd.callers] + pushing.ends
        if None in ends or len(ends) != count + pushers:
            raise RuntimeError("not every call has ended")
        table.add(f"{count} followers and {pushers} pushers of an office that is disabled: the last ends after, s",
                  build, max(ends) - done[0])
        while pushing.others < 200 and pushing.is_alive():  # The other office goes on.
            time.sleep(0.01)
        if not pushing.is_alive():
            raise RuntimeError("another office was refused")
        table.add("… the longest wait of another office for a verdict, s", build, pushing.longest)
        pushing.stop()
        crowd.close()
    shutil.rmtree(f"{build.folder}/secure")


class Pushing(threading.Thread):
    """Callers that push one edit after the other until they are refused, and one that is not."""

    def __init__(self, modules, address, replicas, other):
        super().__init__()
        self.modules, self.address, self.replicas, self.other = modules, address, replicas, other
        self.ends, self.open, self.others, self.longest = [], len(replicas), 0, 0.0
        self.is_under_way, self.is_over = False, False

    def run(self):
        asyncio.run(self.all())

    def stop(self):
        self.is_over = True
        self.join()

    async def all(self):
        callers = [Caller(self.modules, self.address, one.office, one.credentials) for one in self.replicas]
        other = Caller(self.modules, self.address, self.other.office, self.other.credentials)
        await asyncio.gather(*(caller.open() for caller in [*callers, other]))
        self.is_under_way = True
        await asyncio.gather(
            *(self.until_refused(number, caller) for number, caller in enumerate(callers)),
            self.on(other))

    async def until_refused(self, number, caller):
        turn = 0
        try:
            while True:
                await caller.push([edit(caller.register, caller.sync, "VIE", f"VIE-{number}-{turn}")])
                turn += 1
        except (grpc.RpcError, asyncio.InvalidStateError):
            if await caller.call.code() != grpc.StatusCode.UNAUTHENTICATED:
                raise
        self.ends.append(time.perf_counter())
        self.open -= 1

    async def on(self, caller):
        while not self.is_over:
            start = time.perf_counter()
            await caller.push([edit(caller.register, caller.sync, "NYC", f"NYC-{self.others}")])
            self.longest = max(self.longest, time.perf_counter() - start)
            self.others += 1
        await caller.close()
