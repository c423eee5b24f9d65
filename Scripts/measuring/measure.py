"""The measurements of Scripts/measure: see there."""
import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from commands import ROOT, Build, Proxy, reference_lines
import peers
from crowd import Crowd, settled
from load import (
    Pusher, load, push_batches, push_one_at_a_time, push_references, push_while)
import office
import secure
import stores

PROSE = ("Discussion of joint work on border security, biometrics and the exchange of police "
         "information; follow-up on the last meeting and on training in the regions. " * 2)[:212]  # Makes a revision of about 450 bytes.


CLONED = "clone, records/s"
PHASES = ["import", "sync", "conflicts", "load", "crowd", "size", "list", "search", "disk", "backup", "tls",
          "admission"]


def records(count):
    for number in range(count):
        yield {"kind": "engagement", "code": f"LYO-2026-{number:07}", "fields": {
            "title": f"Coordination meeting {number}", "starts": "2026-12-01",
            "place": "New York", "body": "COMPACT", "lead": "VIE", "status": "planned",
            "participants": ["UNODC", "UNOCT"], "summary": PROSE}}


class Table:
    """Figures of several builds and runs; prints medians, and the ratio to the first build."""

    def __init__(self, builds):
        self.names = [build.name for build in builds]
        self.rows = {}

    def add(self, row, build, value):
        self.rows.setdefault(row, {}).setdefault(build.name, []).append(value)

    def median(self, row, build):
        return statistics.median(self.rows[row][build.name])

    def print(self):
        width = max(len(row) for row in self.rows) + 2
        print(" " * width + "".join(f"{name:>14}" for name in self.names)
              + (f"{'/'.join(self.names):>20}" if len(self.names) > 1 else ""))
        for row, values in self.rows.items():
            medians = [statistics.median(values[name]) if name in values else None for name in self.names]
            ratio = f"{medians[0] / medians[1]:>20.3f}" if len(medians) > 1 and all(medians) else ""
            print(f"{row:<{width}}" + "".join(
                " " * 14 if m is None else f"{m:>14,.3f}" for m in medians) + ratio)


def copied(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


def lines(count):
    """One at a time: what this process holds would count as its children's peak memory."""
    yield from reference_lines()
    for record in records(count):
        yield build_line(record)


def prepare(build, phases):
    """A register of all records, a replica in step, and, to sync, one with 1,000 edits."""
    folder = build.folder
    with open(f"{folder}/all.jsonl", "w") as file:
        file.writelines(lines(build.count))
    build.make_register("hq")
    build.run("liaisond", "import", "all.jsonl", "-C", "hq")
    names = [("vienna", "VIE")] + [("newyork", "NYC")] * ("sync" in phases)
    with build.serving("hq") as server:
        for name, office in names:
            build.clone(server, name, office)
    if "sync" not in phases:
        return
    step = max(1, build.count // 1000)
    for number in range(min(1000, build.count)):
        build.run("liaison", "-C", "newyork", "edit", f"LYO-2026-{number * step:07}",
                  f"place=Room {number}")


def measure_import(build, table):
    shutil.rmtree(f"{build.folder}/imported", ignore_errors=True)
    build.make_register("imported")
    used = build.run("liaisond", "import", "all.jsonl", "-C", "imported")
    table.add("import, s", build, used.seconds)
    table.add("import, MiB", build, used.mebibytes)
    shutil.rmtree(f"{build.folder}/imported")


def measure_sync(build, table):
    folder = build.folder
    copied(f"{folder}/hq", f"{folder}/hq-now")
    with build.serving("hq-now") as server:
        shutil.rmtree(f"{folder}/cloned", ignore_errors=True)
        used = build.clone(server, "cloned", "VIE")
        table.add("clone, s", build, used.seconds)
        table.add(CLONED, build, (build.count + len(reference_lines())) / used.seconds)
        table.add("clone, MiB of the client", build, used.mebibytes)
        # What it leaves to the next command counts as well.
        behind = build.run("liaison", "-C", "cloned", "status").seconds
        table.add("clone and a status, s", build, used.seconds + behind)
        table.add("clone, MiB of the server", build, server.peak())

        at = build.moving(server.address)
        copied(f"{folder}/vienna", f"{folder}/vienna-now")
        build.run("liaison", "-C", "vienna-now", *at)
        proxy = Proxy(server.address)
        table.add("no-op sync, bytes", build, sum(proxy.counted(
            build, "liaison", "-C", "vienna-now", *build.moving(proxy.address))))
        build.run("liaison", "-C", "vienna-now", *at)
        for _ in range(5):
            used = build.run("liaison", "-C", "vienna-now", "sync")
            table.add("no-op sync, s", build, used.seconds)

        copied(f"{folder}/newyork", f"{folder}/newyork-now")
        used = build.run("liaison", "-C", "newyork-now", *at)
        table.add("push of 1,000 edits, s", build, used.seconds)
        used = build.run("liaison", "-C", "vienna-now", "sync")
        table.add("pull of 1,000 changes, s", build, used.seconds)
        behind = build.run("liaison", "-C", "vienna-now", "status").seconds
        table.add("pull of 1,000 and a status, s", build, used.seconds + behind)


def measure_tls(build, table):
    """A clone and a sync with nothing to do, over TLS and without, by turns."""
    if not build.plain:
        return  # A build before enrolment speaks no TLS.
    folder = build.folder
    for kind, flags in (("over TLS", []), ("in plain text", build.plain)):
        copied(f"{folder}/hq", f"{folder}/hq-now")
        with build.serving("hq-now", flags=flags) as server:
            shutil.rmtree(f"{folder}/cloned", ignore_errors=True)
            if flags:
                used = build.clone(server, "cloned", "VIE")
            else:
                invitation = build.output("liaisond", "office", "invite", "VIE", "-C", "hq-now").strip()
                used = build.run("liaison", "clone", invitation, "cloned")
            table.add(f"clone {kind}, s", build, used.seconds)
            table.add(f"clone {kind}, MiB of the client", build, used.mebibytes)
            at = build.moving(server.address)
            build.run("liaison", "-C", "cloned", *at)
            for _ in range(5):
                used = build.run("liaison", "-C", "cloned", "sync")
                table.add(f"no-op sync {kind}, s", build, used.seconds)
            proxy = Proxy(server.address)
            table.add(f"no-op sync {kind}, bytes", build, sum(proxy.counted(
                build, "liaison", "-C", "cloned", *build.moving(proxy.address))))


def measure_admission(build, table):
    """Followers over TLS, and an office that is disabled under load."""
    secure.followers(build, table, 1000)
    secure.disabled(build, table)


def measure_conflicts(build, table):
    """A sync with nothing to do, beside 40 standing conflicts of long proses and without."""
    folder = build.folder
    shutil.rmtree(f"{folder}/small", ignore_errors=True)
    os.mkdir(f"{folder}/small")
    small = Build(build.name, build.binaries, f"{folder}/small", 0)
    small.make_register("hq")
    with open(f"{folder}/small/all.jsonl", "w") as file:
        file.writelines(reference_lines())
    small.run("liaisond", "import", "all.jsonl", "-C", "hq")
    text = "\n".join(f"line {number} " + "x" * 50 for number in range(990))
    with small.serving("hq") as server:
        for name, office in (("a", "VIE"), ("b", "NYC")):
            small.clone(server, name, office)
        for number in range(40):
            small.run("liaison", "-C", "a", "new", "area", f"code=AREA-{number}", "name=A",
                      f"description={text}")
        small.run("liaison", "-C", "a", "sync")
        small.run("liaison", "-C", "b", "sync")
        for name in "ab":
            for number in range(40):
                small.run("liaison", "-C", name, "edit", f"AREA-{number}",
                          "description=" + text.replace("line 500 ", f"line of {name} "))
        small.run("liaison", "-C", "a", "sync")
        small.run("liaison", "-C", "b", "sync", status=3)
        for _ in range(5):
            table.add("no-op sync, 40 conflicts, s", build,
                      small.run("liaison", "-C", "b", "sync", status=3).seconds)
            table.add("no-op sync, no conflict, s", build,
                      small.run("liaison", "-C", "a", "sync").seconds)


def measure_load(build, table, offices=32, edits=100):
    folder = build.folder
    shutil.rmtree(f"{folder}/load", ignore_errors=True)
    build.make_register("load", [f"O{number:02}" for number in range(offices)])
    with build.serving("load", counted=True) as server:
        before = server.fsyncs()
        seconds = push_one_at_a_time([server.address], offices, edits)
        table.add(f"{offices} offices, one edit at a time, edits/s", build,
                  offices * edits / seconds)
        table.add(f"{offices} offices, fsyncs per edit", build,
                  (server.fsyncs() - before) / (offices * edits))
    shutil.rmtree(f"{folder}/load")
    build.make_register("load", ["O00", "O01"])
    with build.serving("load") as server:
        seconds, waited = push_references(server.address, edits=400, references=150)
        table.add("push of 400 edits × 150 references, s", build, seconds)
        table.add("… another office's longest wait meanwhile, s", build, waited)


def measure_size(build, table):
    office.size(build, table, build, lines)


def measure_list(build, table):
    office.lists(build, table)


def measure_search(build, table):
    office.first_search(build, table, copied(f"{build.folder}/vienna", f"{build.folder}/vienna-now"))


def measure_disk(build, table):
    """Bytes on the disk for each record, once a checkpoint has brought all into the file."""
    for row, folder in (("server", "hq"), ("replica", "vienna")):
        used = sum(file.stat().st_size for file in pathlib.Path(build.folder, folder).iterdir())
        table.add(f"bytes per record, {row}", build, used / (build.count + len(reference_lines())))


def measure_backup(build, table):
    """A backup, a restore, and a backup while 8 offices push one edit after the other; and these alone."""
    count = build.count + len(reference_lines())
    folder = copied(f"{build.folder}/hq", f"{build.folder}/hq-now")
    offices = [f"B{number:02}" for number in range(8)]
    for office in offices:
        build.run("liaisond", "office", "add", office, "--name", office, "-C", folder)
    for name in ("copy", "restored"):
        shutil.rmtree(f"{build.folder}/{name}", ignore_errors=True)
    os.mkdir(f"{build.folder}/copy")
    used = build.run("liaisond", "backup", "copy/1", "-C", folder)
    table.add("backup, records/s", build, count / used.seconds)
    used = build.run("liaisond", "restore", "copy/1", "restored")
    table.add("restore, records/s", build, count / used.seconds)
    with build.serving("hq-now") as server:
        backup = lambda: build.run("liaisond", "backup", "copy/2", "-C", folder)
        used, edits, waited = push_while(server.address, offices, backup)
        table.add("backup while 8 offices push, s", build, used.seconds)
        table.add("… edits/s meanwhile", build, edits / used.seconds)
        table.add("… the longest wait for a verdict, s", build, waited)
        _, _, waited = push_while(server.address, [f"{office}" for office in offices],
                                  lambda: time.sleep(used.seconds))
        table.add("… without a backup, s", build, waited)


def measure_crowd(build, table, pulls=100, followers=5000):
    """Pulls that nobody reads, and followers who are told of one commit."""
    modules = load()
    clone = modules[1].PullRequest(protocol=1).SerializeToString()
    follow = modules[1].PullRequest(protocol=1, follow=True).SerializeToString()
    copied(f"{build.folder}/hq", f"{build.folder}/hq-now")
    with build.serving("hq-now") as server:
        Crowd(server.address, ["VIE"], 1, clone).close()  # What the first pull costs once.
        before = settled(server)
        crowd = Crowd(server.address, ["VIE"], pulls, clone)
        settled(server)
        table.add(f"{pulls} unread pulls, MiB", build, server.peak() - before)
        table.add("… until they are let go, s", build, crowd.seconds_until_let_go(limit=120))
        crowd.close()
    shutil.rmtree(f"{build.folder}/crowd", ignore_errors=True)
    offices = [f"O{number:02}" for number in range(100)]
    build.make_register("crowd", offices)
    with build.serving("crowd") as server:
        before = settled(server)
        crowd = Crowd(server.address, offices, followers, follow)
        crowd.read_until_each_has(1)
        table.add(f"{followers:,} followers, KiB each", build,
                  (settled(server) - before) * 1024 / followers)
        pusher = Pusher(server.address, "O00")
        pusher.push_one()
        table.add("… until the last is told of a commit, s", build, crowd.read_until_each_has(2))
        crowd.close()
        pusher.close()
    shutil.rmtree(f"{build.folder}/crowd")
    offices = offices[:8]
    build.make_register("crowd", offices)
    with build.serving("crowd") as server:
        rate, waited = push_batches(server.address, offices, batches=5, edits=500, followers=200)
        table.add("8 offices push 500 each beside 200 followers, edits/s", build, rate)
        table.add("… the longest wait for a verdict, s", build, waited)
    shutil.rmtree(f"{build.folder}/crowd")


def measure(builds, phases, runs, table, rates):
    """Runs in turn, and prints the table: also if one fails, since those before it took their time."""
    whole = 0
    try:
        while whole < runs:
            for build in builds if whole % 2 == 0 else builds[::-1]:
                for phase in phases:
                    globals()[f"measure_{phase}"](build, table)
                print(f"run {whole + 1} of {runs}, {build.name}", file=sys.stderr, flush=True)
            for name, rate in (rates() if rates else {}).items():
                table.add(f"{name}, rows/s", builds[0], rate)
            whole += 1
    except KeyboardInterrupt:
        print("interrupted: what has been measured", file=sys.stderr)
    finally:
        print(f"{builds[0].count + len(reference_lines()):,} records, medians of {whole} whole runs")
        if table.rows:
            table.print()
        for row in [row for row in table.rows if row.endswith(", rows/s")]:
            ratio = table.median(CLONED, builds[0]) / table.median(row, builds[0])
            print(f"clone / {row.removesuffix(', rows/s')}: {ratio:.2f}")


def measure_stores(build, runs):
    """SQLite and PostgreSQL side by side."""
    table = Table([stores.Files, stores.Databases])
    try:
        stores.measure(build, table, runs, lines(build.count))
    finally:
        print(f"{build.count + len(reference_lines()):,} records, medians of {runs} runs")
        if table.rows:
            table.print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries")
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--beside")
    parser.add_argument("--only", choices=PHASES, action="append")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--stores", action="store_true")
    given = parser.parse_args()
    phases = given.only or PHASES[:4]
    if given.peers and "sync" not in phases:
        parser.error("--peers are held against a clone: --only sync, or without --only")
    # Whoever interrupts it gets what has been measured, also if it runs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    work = tempfile.mkdtemp()
    # PostgreSQL runs as another user than root.
    os.chmod(work, 0o755)
    try:
        if given.stores:
            return measure_stores(Build("this", given.binaries, work, given.count), given.runs)
        builds = [Build("this", given.binaries, f"{work}/this", given.count)]
        if given.beside:
            builds.append(Build("beside", given.beside, f"{work}/beside", given.count))
        table = Table(builds)
        for build in builds:
            os.mkdir(build.folder)
        if set(phases) - {"conflicts", "load"}:
            # Nothing is measured yet: side by side.
            with concurrent.futures.ThreadPoolExecutor() as pool:
                list(pool.map(prepare, builds, [phases] * len(builds)))
        others = peers.ready(f"{builds[0].folder}/vienna", f"{work}/peers")
        with others if given.peers else contextlib.nullcontext() as rates:
            measure(builds, phases, given.runs, table, rates)
    finally:
        shutil.rmtree(work)


def build_line(record):
    return json.dumps(record) + "\n"


try:
    main()
except stores.Failed as failed:
    sys.exit(f"measure: {failed}")
