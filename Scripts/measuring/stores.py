"""The same work on a register in SQLite and on one in PostgreSQL, by turns; on that also by several servers."""
import asyncio
import contextlib
import os
import pathlib
import shutil
import statistics
import sys

from commands import ROOT, Proxy, Server, reference_lines
from load import Caller, edit, load, push_one_at_a_time

sys.path.insert(0, str(ROOT / "Scripts/clusters"))
from postgres import Failed, Postgres  # noqa: E402

OFFICES, EDITS = 32, 50
SERVERS = 1, 2, 4
BATCHES = 1, 10, 100, 1000


class Files:
    """Registers in folders."""

    name = "SQLite"
    servers = SERVERS[:1]

    def __init__(self, build):
        self.build = build

    def place(self, register):
        return [register]

    def where(self, register):
        return ["-C", register]

    def copy(self, register, copy):
        self.drop(copy)
        shutil.copytree(f"{self.build.folder}/{register}", f"{self.build.folder}/{copy}")

    def drop(self, register):
        shutil.rmtree(f"{self.build.folder}/{register}", ignore_errors=True)

    def statements(self):
        return None


class Databases:
    """Registers in databases of one PostgreSQL, as it is installed but for its memory."""

    name = "PostgreSQL"
    servers = SERVERS

    def __init__(self, build):
        self.build = build
        self.server = Postgres(
            f"{build.folder}/postgres", "measured", shared_preload_libraries="pg_stat_statements")
        self.server.make()
        self.server.start()
        self.server.sql("CREATE EXTENSION pg_stat_statements")

    def url(self, register):
        return f"postgresql://liaison@127.0.0.1:{self.server.port}/{register}"

    def place(self, register):
        if not self.server.sql(f"SELECT 1 FROM pg_database WHERE datname = '{register}'"):
            self.server.sql(f"CREATE DATABASE {register}")
        return self.where(register)

    def where(self, register):
        return ["--store", self.url(register)]

    def copy(self, register, copy):
        self.drop(copy)
        self.server.sql(f"CREATE DATABASE {copy} TEMPLATE {register}")

    def drop(self, register):
        self.server.sql(f"DROP DATABASE IF EXISTS {register} WITH (FORCE)")

    def statements(self):
        """How many statements were run in other databases than the one that is asked; BEGIN and COMMIT count."""
        return int(self.server.sql(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid"
            " WHERE d.datname <> 'postgres'"))

    def stop(self):
        self.server.kill()


class Column:
    """A store's column of the table."""

    def __init__(self, store):
        self.name = store.name


@contextlib.contextmanager
def both(build):
    databases = Databases(build)
    try:
        yield Files(build), databases
    finally:
        databases.stop()


def make(store, register, offices):
    store.build.run("liaisond", "init", *store.place(register))
    for office in offices:
        store.build.run("liaisond", "office", "add", office, "--name", office, *store.where(register))


@contextlib.contextmanager
def serving(store, register, count=1):
    servers = []
    try:
        for _ in range(count):
            servers.append(Server(store.build, store.where(register)[-1], False, store.build.plain)
                           if store.name == "SQLite" else DatabaseServer(store, register))
        yield servers
    finally:
        for server in servers:
            server.stop()


class DatabaseServer(Server):
    def __init__(self, store, register):
        super().__init__(store.build, "--store", False, [store.url(register), *store.build.plain])


def prepare(store, build):
    """A register of all records, and a replica in step and one with 1,000 edits; statements are counted from here."""
    make(store, "hq", ("LYO", "VIE", "NYC"))
    build.run("liaisond", "import", "all.jsonl", *store.where("hq"))
    with serving(store, "hq") as (server,):
        for name, office in (("vienna", "VIE"), ("newyork", "NYC")):
            build.clone(server, f"{store.name}-{name}", office)
    step = max(1, build.count // 1000)
    for number in range(min(1000, build.count)):
        build.run("liaison", "-C", f"{store.name}-newyork", "edit", f"LYO-2026-{number * step:07}",
                  f"place=Room {number}")


def measure_import(store, build, table):
    store.drop("imported")
    make(store, "imported", ("LYO", "VIE", "NYC"))
    used = build.run("liaisond", "import", "all.jsonl", *store.where("imported"))
    table.add("import, records/s", Column(store), (build.count + len(reference_lines())) / used.seconds)
    table.add("import, MiB", Column(store), used.mebibytes)
    store.drop("imported")


def measure_sync(store, build, table):
    column = Column(store)
    store.copy("hq", "now")
    folders = {}
    for name in ("vienna", "newyork"):
        folders[name] = f"{store.name}-{name}-now"
        shutil.rmtree(f"{build.folder}/{folders[name]}", ignore_errors=True)
        shutil.copytree(f"{build.folder}/{store.name}-{name}", f"{build.folder}/{folders[name]}")
    with serving(store, "now") as (server,):
        shutil.rmtree(f"{build.folder}/cloned", ignore_errors=True)
        used = build.clone(server, "cloned", "VIE")
        table.add("clone, records/s", column, (build.count + len(reference_lines())) / used.seconds)
        table.add("clone, MiB of the client", column, used.mebibytes)
        table.add("clone, MiB of the server", column, server.peak())
        at = build.moving(server.address)
        build.run("liaison", "-C", folders["vienna"], *at)
        for _ in range(5):
            table.add("no-op sync, s", column, build.run("liaison", "-C", folders["vienna"], "sync").seconds)
        before = store.statements()
        for _ in range(20):
            build.run("liaison", "-C", folders["vienna"], "sync")
        if before is not None:
            table.add("no-op sync, statements", column, (store.statements() - before) / 20)
        proxy = Proxy(server.address)
        table.add("no-op sync, bytes", column, sum(proxy.counted(
            build, "liaison", "-C", folders["vienna"], *build.moving(proxy.address))))
        build.run("liaison", "-C", folders["vienna"], *at)
        used = build.run("liaison", "-C", folders["newyork"], *at)
        table.add("push of 1,000 edits, s", column, used.seconds)
        used = build.run("liaison", "-C", folders["vienna"], "sync")
        table.add("pull of 1,000 changes, s", column, used.seconds)
    store.drop("now")


def measure_load(store, build, table):
    """Offices that each wait for one answer before they send the next edit, spread over the servers."""
    for count in store.servers:
        store.drop("load")
        make(store, "load", [f"O{number:02}" for number in range(OFFICES)])
        with serving(store, "load", count) as servers:
            seconds = push_one_at_a_time([server.address for server in servers], OFFICES, EDITS)
            rows = "server" if count == 1 else "servers"
            table.add(f"{OFFICES} offices, one edit at a time, {count} {rows}, edits/s", Column(store),
                      OFFICES * EDITS / seconds)


def measure_statements(store, build, table):
    if store.statements() is None:
        return
    store.drop("load")
    make(store, "load", ["O00"])
    with serving(store, "load") as (server,):
        for size, count in asyncio.run(counted(store, server.address)).items():
            table.add(f"statements for a batch of {size:,}", Column(store), count)


async def counted(store, address):
    """What a push of so many edits adds to the statements; beside it, the server looks at the head now and then."""
    caller = Caller(load(), address, "O00")
    await caller.open()
    counts = {}
    for size in BATCHES:
        each = []
        for turn in range(5):
            batch = [edit(caller.register, caller.sync, "O00", f"O00-S{size}-{turn}-{number}") for number in range(size)]
            before = store.statements()
            await caller.push(batch)
            each.append(store.statements() - before)
        counts[size] = statistics.median(each)
    await caller.close()
    return counts


def measure(build, table, runs, lines):
    with open(f"{build.folder}/all.jsonl", "w") as file:
        file.writelines(lines)
    with both(build) as stores:
        for store in stores:
            prepare(store, build)
        for run in range(runs):
            for store in stores if run % 2 == 0 else stores[::-1]:
                for phase in (measure_import, measure_sync, measure_load, measure_statements):
                    phase(store, build, table)
                print(f"run {run + 1} of {runs}, {store.name}", file=sys.stderr, flush=True)
