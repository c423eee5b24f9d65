"""Load for a running server, by the Python client's messages: many offices, and many references."""
import asyncio
import multiprocessing
import pathlib
import sys
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/Interop"))
from client import load, uuid7  # noqa: E402
from crowd import Crowd  # noqa: E402

PROCESSES = 2


def edit(register, sync, office, code, kind=1, fields=None, record=None):
    fields = fields or [register.Field(number=1, text="A name"),
                        register.Field(number=2, choice="other")]
    revision = register.Revision(
        record=record or uuid7(), kind=kind, office=office, author="load", time=1, code=code,
        fields=fields)
    return sync.Edit(id=uuid7(), revision=revision.SerializeToString(deterministic=True))


class Caller:
    """One office on a connection of its own."""

    def __init__(self, modules, address, office, credentials=None):
        self.register, self.sync, service = modules
        self.office = office
        self.metadata = [("liaison-office", office)]
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = (
            grpc.aio.secure_channel(address, credentials, options=options) if credentials
            else grpc.aio.insecure_channel(address, options=options))
        self.stub = service.SyncStub(self.channel)

    async def open(self):
        async for message in self.stub.Pull(
                self.sync.PullRequest(protocol=1), metadata=self.metadata):
            if message.HasField("header"):
                self.header = message.header
        self.call = self.stub.Push(metadata=self.metadata)

    async def push(self, edits):
        await self.call.write(self.sync.PushRequest(
            protocol=1, register=self.header.register, cursor=self.header.head,
            edits=edits))
        reply = await self.call.read()
        kinds = {verdict.WhichOneof("outcome") for verdict in reply.verdicts}
        if kinds != {"committed"}:
            raise RuntimeError(f"verdicts: {reply.verdicts[:1]}")

    async def close(self):
        await self.call.done_writing()
        await self.channel.close()


class Pusher:
    """One office that pushes while this process does other things."""

    def __init__(self, address, office):
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.open(address, office))

    async def open(self, address, office):
        self.caller = Caller(load(), address, office)
        await self.caller.open()

    def push_one(self):
        caller = self.caller
        self.loop.run_until_complete(
            caller.push([edit(caller.register, caller.sync, caller.office, f"{caller.office}-ONE")]))

    def close(self):
        self.loop.run_until_complete(self.caller.close())
        self.loop.close()


def push_one_at_a_time(addresses, offices, edits):
    """Each office pushes its edits one by one to one of the addresses; seconds until all are committed."""
    barrier = multiprocessing.Barrier(PROCESSES + 1)
    share = offices // PROCESSES
    processes = [
        multiprocessing.Process(target=office_process, args=(
            addresses, range(n * share, (n + 1) * share), edits, barrier))
        for n in range(PROCESSES)]
    for process in processes:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("an office failed")
    return seconds


def office_process(addresses, numbers, edits, barrier):
    async def run():
        modules = load()
        callers = [Caller(modules, addresses[number % len(addresses)], f"O{number:02}") for number in numbers]
        await asyncio.gather(*(caller.open() for caller in callers))
        batches = [[edit(caller.register, caller.sync, caller.office,
                         f"{caller.office}-N{number}") for number in range(edits)]
                   for caller in callers]
        barrier.wait()

        async def work(caller, batch):
            for one in batch:
                await caller.push([one])

        await asyncio.gather(*map(work, callers, batches))
        barrier.wait()
        await asyncio.gather(*(caller.close() for caller in callers))

    asyncio.run(run())


def push_while(address, offices, work):
    """Each office pushes one edit after the other as long as `work` runs: what that returns, how many edits
    were committed meanwhile, and how long one waited for its verdict at most."""
    async def run():
        modules = load()
        callers = [Caller(modules, address, office) for office in offices]
        await asyncio.gather(*(caller.open() for caller in callers))
        turn = int(time.time() * 1000)  # No code twice.
        waits, done = [], asyncio.Event()

        async def push(caller):
            number = 0
            while not done.is_set():
                one = edit(caller.register, caller.sync, caller.office, f"{caller.office}-W{turn}-{number}")
                start = time.perf_counter()
                await caller.push([one])
                waits.append(time.perf_counter() - start)
                number += 1

        pushing = asyncio.gather(*map(push, callers))
        result = await asyncio.to_thread(work)
        done.set()
        await pushing
        await asyncio.gather(*(caller.close() for caller in callers))
        return result, len(waits), max(waits)

    return asyncio.run(run())


def push_batches(address, offices, batches, edits, followers):
    """Each office pushes batches of edits, one after the other, while others follow and read all of it:
    edits per second until all are committed, and how long a push took at most."""
    ready, done = multiprocessing.Event(), multiprocessing.Event()
    reader = multiprocessing.Process(
        target=follow_until, args=(address, offices, followers, ready, done))
    reader.start()
    if not ready.wait(300):
        raise RuntimeError("the followers do not follow")

    async def run():
        modules = load()
        callers = [Caller(modules, address, office) for office in offices]
        await asyncio.gather(*(caller.open() for caller in callers))
        work = [[[edit(caller.register, caller.sync, caller.office, f"{caller.office}-N{batch * edits + n}")
                  for n in range(edits)] for batch in range(batches)] for caller in callers]
        waits = []

        async def push(caller, batches):
            for batch in batches:
                start = time.perf_counter()
                await caller.push(batch)
                waits.append(time.perf_counter() - start)

        start = time.perf_counter()
        await asyncio.gather(*map(push, callers, work))
        seconds = time.perf_counter() - start
        await asyncio.gather(*(caller.close() for caller in callers))
        return len(offices) * batches * edits / seconds, max(waits)

    figures = asyncio.run(run())
    done.set()
    reader.join()
    if reader.exitcode:
        raise RuntimeError("the followers failed")
    return figures


def follow_until(address, offices, followers, ready, done):
    message = load()[1].PullRequest(protocol=1, follow=True).SerializeToString()
    crowd = Crowd(address, offices, followers, message)
    crowd.read_until_each_has(1)
    ready.set()
    crowd.read(lambda caller: None, lambda: not done.is_set())
    told = {caller.messages for caller in crowd.callers}
    if min(told) < 2:
        raise RuntimeError("a follower was told nothing")
    crowd.close()


def push_references(address, edits, references):
    """One push of new goals that each refer to many before them; seconds, and how long a second office that
    pushes one edit after the other had to wait at most meanwhile."""
    async def run():
        modules = load()
        one, other = Caller(modules, address, "O00"), Caller(modules, address, "O01")
        await one.open()
        await other.open()
        register, sync = one.register, one.sync

        def goal(targets):
            fields = [register.Field(number=1, text="G"), register.Field(number=2, choice="sdg"),
                      register.Field(number=3, integer=1)]
            if targets:
                fields.append(register.Field(
                    number=4, references=register.References(members=sorted(targets))))
            return fields

        records = [uuid7() for _ in range(references + edits)]
        goals = [
            edit(register, sync, "O00", f"G-{n}", 5,
                 goal(records[n - references:n] if n >= references else []), record)
            for n, record in enumerate(records)]
        batch = goals[references:]
        await one.push(goals[:references])
        waits, stop = [], asyncio.Event()

        async def beside():
            number = 0
            while not stop.is_set():
                start = time.perf_counter()
                await other.push([edit(register, sync, "O01", f"B-{number}")])
                waits.append(time.perf_counter() - start)
                number += 1

        task = asyncio.create_task(beside())
        await asyncio.sleep(0.3)
        start = time.perf_counter()
        await one.push(batch)
        seconds = time.perf_counter() - start
        stop.set()
        await task
        await one.close()
        await other.close()
        return seconds, max(waits)

    return asyncio.run(run())

