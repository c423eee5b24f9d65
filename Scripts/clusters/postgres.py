"""A PostgreSQL primary and its standby, each in a folder of its own on a free port of loopback."""
import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess

from processes import Failed, free_port, kill_tree, listens, output, until

OPTIONS = {
    "listen_addresses": "127.0.0.1", "shared_buffers": "64MB", "max_connections": "100", "wal_level": "replica",
    "hot_standby": "on", "synchronous_commit": "on"}


def programs():
    """The folder of the newest PostgreSQL of this machine."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise Failed("PostgreSQL is not installed\nTry: ./Scripts/install --peers")
    return found[-1]


class Postgres:
    """One server, which this process starts itself, to kill it. PostgreSQL does not run as root."""

    def __init__(self, folder, name, **options):
        self.folder, self.name, self.port = pathlib.Path(folder), name, free_port()
        self.options = OPTIONS | options
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        # The groups of root would come along.
        self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        self.process = None
        self.folder.mkdir()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    @property
    def data(self):
        return f"{self.folder}/data"

    def program(self, name, *arguments):
        return output(str(programs() / name), *arguments, cwd=self.folder, **self.user)

    def make(self):
        self.program("initdb", "--auth=trust", "--username=liaison", "--encoding=UTF8", "--locale=C", "--no-sync",
                     "--pgdata", self.data)

    def start(self):
        options = self.options | {"port": self.port, "unix_socket_directories": self.folder, "cluster_name": self.name}
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self.data,
                 *(part for name, value in options.items() for part in ("-c", f"{name}={value}"))],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                **self.user)
        until(f"PostgreSQL's {self.name}, see {self.folder}/log", self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise Failed(f"PostgreSQL's {self.name} has ended: see {self.folder}/log")
        if not listens(self.port):
            return False
        with contextlib.suppress(Failed):
            return self.sql("SELECT 1") == "1"

    @property
    def address(self):
        return f"host=127.0.0.1 port={self.port} user=liaison dbname=postgres"

    def sql(self, text, **options):
        return output(str(programs() / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                      "--set=ON_ERROR_STOP=1", "--command", text, self.address, **options).strip()

    def set(self, name, value):
        """Sets an option of a running server, and waits until it counts."""
        self.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("SELECT pg_reload_conf()")
        until(f"{name} of PostgreSQL's {self.name}", lambda: self.sql(f"SHOW {name}") == value)

    def kill(self):
        if self.process and self.process.poll() is None:
            kill_tree(self.process)


class Pair:
    """A primary and a standby that follows it: its commits wait for the standby's disk if it is synchronous."""

    def __init__(self, folder, standby):
        self.primary = Postgres(f"{folder}/primary", "primary")
        self.standby = Postgres(f"{folder}/standby", "standby") if standby != "none" else None
        self.is_synchronous = standby == "synchronous"

    def start(self):
        self.primary.make()
        self.primary.start()
        self.primary.sql("CREATE DATABASE liaison")
        if self.standby is None:
            return
        self.standby.program(
            "pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--pgdata", self.standby.data,
            "--dbname", f"host=127.0.0.1 port={self.primary.port} user=liaison application_name=standby")
        self.standby.start()
        if self.is_synchronous:
            self.primary.set("synchronous_standby_names", "standby")
        state = "sync" if self.is_synchronous else "async"
        until(f"a standby that is {state}", lambda: self.primary.sql(
            "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'") == state)

    @property
    def url(self):
        """Where the servers find whichever of the two is the primary."""
        both = ",".join(f"127.0.0.1:{one.port}" for one in (self.primary, self.standby) if one)
        return f"postgresql://liaison@{both}/liaison?target_session_attrs=read-write"

    def cut(self):
        """Ends the stream to the standby. What the primary commits from now on is lost with it."""
        self.standby.set("primary_conninfo", "")
        until("the end of the standby's stream",
              lambda: self.standby.sql("SELECT count(*) FROM pg_stat_wal_receiver") == "0")

    def kill_primary(self):
        """The primary dies at once and for ever: a second one beside the new would be another log."""
        self.primary.kill()
        shutil.rmtree(self.primary.data)

    def promote(self):
        """Makes the standby the primary. Nobody stands behind it, so that its commits must not wait."""
        self.standby.program("pg_ctl", "promote", "--wait", "--pgdata", self.standby.data)
        self.standby.set("synchronous_standby_names", "")

    def stop(self):
        for one in (self.standby, self.primary):
            if one:
                one.kill()
