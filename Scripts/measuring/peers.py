"""The records of a replica through other engines, on this machine: rows per second of PostgreSQL's logical
replication, of plain C into SQLite, and of a clone by git and by Fossil with a file for each record."""
import contextlib
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import time

from commands import ROOT

sys.path.insert(0, str(ROOT / "Scripts/clusters"))
from postgres import Postgres  # noqa: E402


@contextlib.contextmanager
def ready(replica, folder):
    """Makes each engine ready, once: its source has all the records. Works in `folder`, which is made and
    removed. What it hands over measures, each time anew: rows per second of each engine, by name."""
    engines = {"PostgreSQL, logical replication": logical_replication, "plain C into SQLite": plain_c,
               "git clone": git_clone, "Fossil clone": fossil_clone}
    os.mkdir(folder)
    try:
        with contextlib.ExitStack() as stack:
            count, measures = sum(1 for _ in records(replica)), {}
            for number, (name, engine) in enumerate(engines.items()):
                at = f"{folder}/{number}"
                os.mkdir(at)
                measures[name] = stack.enter_context(engine(replica, count, at))
            yield lambda: {name: count / measure() for name, measure in measures.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def records(replica):
    """One at a time: what this process holds would count as its children's peak memory."""
    with contextlib.closing(sqlite3.connect(f"file:{replica}/replica.sqlite?mode=ro", uri=True)) as source:
        yield from source.execute(
            "SELECT record, kind, code, position, revision, bytes FROM record ORDER BY id")


def waiting(what):
    """Turns of a loop that waits for something; ends the run after ten minutes."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    sys.exit(f"measure: waited ten minutes for {what}")


def output(*command, **options):
    """What a command prints; ends the run if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"measure: {' '.join(command)[:200]} failed: {done.stderr}")
    return done.stdout


# PostgreSQL

LAYOUT = """CREATE TABLE record (
  record bytea PRIMARY KEY, kind integer NOT NULL, code text NOT NULL, position bigint NOT NULL,
  revision bytea NOT NULL, bytes bytea NOT NULL);
CREATE INDEX record_code ON record (kind, code)"""


@contextlib.contextmanager
def postgres(folder, name):
    """A PostgreSQL that runs, with as much memory as it takes by itself."""
    server = Postgres(f"{folder}/{name}", name, wal_level="logical", shared_buffers="128MB")
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def logical_replication(replica, count, folder):
    """Seconds from the subscription until all rows are there and the table is in step."""
    os.chmod(pathlib.Path(folder).parent.parent, 0o755)
    with open(f"{folder}/lines", "w") as lines:
        lines.writelines(
            f"\\\\x{record.hex()}\t{kind}\t{code}\t{position}\t\\\\x{revision.hex()}\t\\\\x{data.hex()}\n"
            for record, kind, code, position, revision, data in records(replica))
    with postgres(folder, "publisher") as publisher:
        publisher.sql(LAYOUT)
        with open(f"{folder}/lines") as lines:
            publisher.sql("COPY record FROM STDIN", stdin=lines, patience=600)
        publisher.sql("CREATE PUBLICATION register FOR TABLE record")

        def measure():
            with postgres(folder, "subscriber") as subscriber:
                seconds = subscribed(publisher, subscriber, count)
            shutil.rmtree(subscriber.folder)
            return seconds

        yield measure


def subscribed(publisher, subscriber, count):
    subscriber.sql(LAYOUT)
    start = time.perf_counter()
    subscriber.sql(f"CREATE SUBSCRIPTION replica CONNECTION '{publisher.address}' PUBLICATION register")
    for _ in waiting("PostgreSQL's subscription"):
        if subscriber.sql("SELECT srsubstate FROM pg_subscription_rel") == "r":
            break
    seconds = time.perf_counter() - start
    found = int(subscriber.sql("SELECT count(*) FROM record"))
    if found != count:
        sys.exit(f"measure: {found} of {count} rows were replicated")
    subscriber.sql("DROP SUBSCRIPTION replica")
    return seconds


# The others

@contextlib.contextmanager
def plain_c(replica, count, folder):
    source = ROOT / "Scripts/measuring/insert.c"
    output("cc", "-O2", "-o", f"{folder}/insert", str(source), "-lsqlite3")

    def measure():
        written, seconds = output(
            f"{folder}/insert", f"{replica}/replica.sqlite", f"{folder}/new.sqlite").split()
        for file in pathlib.Path(folder).glob("new.sqlite*"):
            file.unlink()
        if int(written) != count:
            sys.exit(f"measure: {written} of {count} rows were written")
        return float(seconds)

    yield measure


def write_files(replica, folder):
    os.mkdir(folder)
    for number, (_, _, code, _, _, data) in enumerate(records(replica)):
        # A thousand files a folder.
        below = pathlib.Path(folder, f"{number // 1000:04}")
        below.mkdir(exist_ok=True)
        (below / code).write_bytes(data)


@contextlib.contextmanager
def git_clone(replica, _, folder):
    write_files(replica, f"{folder}/files")
    git = ("git", "-C", f"{folder}/files", "-c", "user.name=A", "-c", "user.email=a@example.org",
           "-c", "gc.auto=0")  # It would go on in the background, in a folder that is about to go.
    output(*git, "init", "--quiet")
    output(*git, "add", ".")
    output(*git, "commit", "--quiet", "--message", "all")

    def measure():
        start = time.perf_counter()
        output("git", "clone", "--quiet", "--no-local", f"{folder}/files", f"{folder}/clone")
        seconds = time.perf_counter() - start
        shutil.rmtree(f"{folder}/clone")
        return seconds

    yield measure


@contextlib.contextmanager
def fossil_clone(replica, _, folder):
    if not shutil.which("fossil"):
        sys.exit("measure: Fossil is not installed\nTry: ./Scripts/install --peers")
    environment = os.environ | {"HOME": folder, "USER": "a"}
    write_files(replica, f"{folder}/files")

    def fossil(*arguments):
        output("fossil", *arguments, env=environment, cwd=f"{folder}/files")

    fossil("init", f"{folder}/all.fossil")
    fossil("open", "--force", f"{folder}/all.fossil")
    fossil("add", ".")
    fossil("commit", "--no-warnings", "-m", "all")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["fossil", "server", "--localhost", "--port", str(port), f"{folder}/all.fossil"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in waiting("Fossil's server"):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break

        def measure():
            start = time.perf_counter()
            output("fossil", "clone", f"http://127.0.0.1:{port}/", f"{folder}/clone.fossil",
                   env=environment)
            seconds = time.perf_counter() - start
            os.remove(f"{folder}/clone.fossil")
            return seconds

        yield measure
    finally:
        server.terminate()
        server.wait()
