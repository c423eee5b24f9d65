"""What an office's own commands take beside the size of its replica: time and peak memory."""
import json
import os
import shutil

from commands import Build, reference_lines

# Beside the register's size: what takes as long over 1,000 records as over any number of them.
COMMANDS = {
    "status": ["status"],
    "show": ["show", "COMPACT"],
    "new": ["new", "action", "title=A", "owner=VIE", "status=open"],
    "edit": ["edit", "COMPACT", "un_entities={turn}"],
    "delete": ["delete", "LYO-2026-{turn:07}"],
}
SMALL = 1000


def fill(build, folder, lines):
    """A register and a replica of these lines; the server's address is only good while it serves."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    inner = Build(build.name, build.binaries, folder, 0)
    with open(f"{folder}/all.jsonl", "w") as file:
        file.writelines(lines)
    inner.make_register("hq")
    inner.run("liaisond", "import", "all.jsonl", "-C", "hq")
    with inner.serving("hq") as server:
        inner.clone(server, "vienna", "VIE")
    return inner


def size(build, table, big, lines, turns=5):
    """The same commands, in turn, in `big`, which has a register `hq` and its replica `vienna`, and in ones
    of 1,000 records."""
    small = fill(build, f"{build.folder}/small", lines(SMALL))
    with big.serving("hq") as one, small.serving("hq") as other:
        places = ((big, one, f"{build.count:,}"), (small, other, f"{SMALL:,}"))
        for turn in range(turns):
            for place, server, records in places if turn % 2 == 0 else places[::-1]:
                sync = ["liaison", "-C", "vienna", *place.moving(server.address)]
                for name, arguments in COMMANDS.items():
                    given = [part.format(turn=turn + 100) for part in arguments]
                    used = place.run("liaison", "-C", "vienna", *given)
                    table.add(f"{name} in {records}, s", build, used.seconds)
                place.run(*sync)
                table.add(f"no-op sync in {records}, s", build, place.run(*sync).seconds)
    shutil.rmtree(small.folder)


def participations(count):
    """Participations of all triples of 1,000 organizations, bodies and roles."""
    yield from reference_lines()
    roles = ("member", "observer", "chair", "coordinator", "secretariat")
    for number in range(1000):
        yield record("organization", f"ORG-{number}", name="Organization", type="other")
    for number in range(-(-count // 5000)):
        yield record("body", f"BODY-{number}", name="Body", type="committee")
    for number in range(count):
        yield record(
            "participation", f"LYO-2026-{number:07}", organization=f"ORG-{number % 1000}",
            body=f"BODY-{number // 5000}", role=roles[number // 1000 % 5])


def record(kind, code, **fields):
    return json.dumps({"kind": kind, "code": code, "fields": fields}) + "\n"


def lists(build, table):
    """A list of a whole kind in an order, and one of those that refer to a record."""
    if not os.path.exists(f"{build.folder}/participations"):
        fill(build, f"{build.folder}/participations", participations(build.count))
    there = Build(build.name, build.binaries, f"{build.folder}/participations", build.count)
    there.run("liaison", "-C", "vienna", "search", "ORG-5")  # Makes the index, once.
    used = build.run("liaison", "-C", "vienna", "list", "engagement", "--where", "status=planned",
                     "--sort", "starts")
    table.add("list of all, sorted, s", build, used.seconds)
    table.add("list of all, sorted, MiB", build, used.mebibytes)
    for _ in range(5):
        table.add("list by a reference, s", build, there.run(
            "liaison", "-C", "vienna", "list", "participation", "--where", "organization=ORG-5").seconds)
        table.add("no command at all (--version), s", build, build.run("liaison", "--version").seconds)


def first_search(build, table, fresh):
    """The first search in `fresh`, which has no index yet, and one after it."""
    for row in ("first search", "the next search"):
        used = build.run("liaison", "-C", fresh, "search", "biometrics")
        table.add(f"{row}, s", build, used.seconds)
        table.add(f"{row}, MiB", build, used.mebibytes)
