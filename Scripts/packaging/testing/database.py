"""A machine whose register is in a database, which only /etc/default/liaisond names."""
import json
import os
import subprocess
import sys
import time

from debian import ROOT, claim
from manager import Restarts, Service, Unit
from story import BACKUPS, DEFAULTS, REGISTER, free_port

sys.path.insert(0, str(ROOT / "Scripts/clusters"))
from postgres import Failed, Postgres  # noqa: E402,F401

SERVER, BACKUP = "liaisond.service", "liaisond-backup.service"
# How long the database is away.
AWAY = 120


class Machine:
    def __init__(self, debian, log):
        self.debian, self.log = debian, log
        # Its user may not be let in where this clone is. It goes with the namespace.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "postgresql", "/var/lib/postgresql"], check=True)
        self.database = Postgres("/var/lib/postgresql/packages", "packages")
        # A variable of the server's: no option may be what keeps the units from being skipped.
        self.listen = f"127.0.0.1:{free_port()}"
        self.packed = debian.file(DEFAULTS).read_text()

    @property
    def url(self):
        return f"postgresql://liaison@127.0.0.1:{self.database.port}/hq"

    def unit(self, name):
        return Unit(self.debian, name)

    def set(self, **values):
        """Writes what the administrator does into /etc/default/liaisond."""
        self.debian.file(DEFAULTS).write_text("".join(f'{name}="{value}"\n' for name, value in values.items()))

    def skipped(self):
        return [name for name in [SERVER, BACKUP] if self.unit(name).is_skipped()]

    def look(self):
        """Where nothing is named there is nothing to do; what is named is tried, be it right or wrong."""
        claim("before a register is made or named, systemd skips both units", self.skipped() == [SERVER, BACKUP])
        for name, value in [("LIAISON_STORE", self.url), ("LIAISOND_OPTIONS", f"--store {self.url}")]:
            self.set(**{name: value})
            claim(f"where only {name} names one: it skips neither", not self.skipped(), self.skipped())
        self.set(LIAISOND_KEEP="7")
        claim("where nothing does: it skips both again", self.skipped() == [SERVER, BACKUP])
        self.debian.file(DEFAULTS).write_text(self.packed)

    def make_register(self):
        self.database.make()
        self.database.start()
        self.database.sql("CREATE DATABASE hq")
        self.debian.run("liaisond", "init", "--store", self.url, "--host", "127.0.0.1", user="_liaison")
        records = (ROOT / "Scripts/data/reference.jsonl").read_text()
        self.debian.run("liaisond", "import", "-", "--store", self.url, user="_liaison", input=records)
        self.name_register()
        claim("in a database, which only /etc/default/liaisond names: neither unit is skipped",
              not self.skipped() and not self.debian.file("/etc/liaison").exists()
              and not os.listdir(self.debian.file(REGISTER)), self.skipped())

    def name_register(self):
        self.set(LIAISON_DIRECTORY="", LIAISON_STORE=self.url, LIAISON_LISTEN=self.listen)

    def started(self):
        return Service.of(self.unit(SERVER), self.log, is_abstract=True)

    def serve(self, what):
        service = self.started()
        told = service.wait("READY")
        claim(f"{what}: {SERVER} is ready: {told['STATUS']}", told["READY"] == "1")
        claim(f"{what}: it ends with 0", service.stop()[1] == 0)

    def end(self, restarts):
        """Starts the server, which ends by itself: with which code, and whether it is started again."""
        begin = time.monotonic()
        code = self.started().ended()
        return code, restarts.again(code, time.monotonic() - begin)

    def outlast(self):
        """Both were without power, and the database takes longer."""
        self.database.kill()
        restarts, ends = Restarts(self.unit(SERVER)), []
        while restarts.clock < AWAY and all(is_again for _, is_again in ends):
            ends.append(self.end(restarts))
        claim(f"a database that is away for {AWAY} s: each start ends with 1, and another follows after"
              f" {restarts.pause:g} s, {len(ends)} times", set(ends) == {(1, True)}, ends)
        self.database.start()
        self.serve("the database is back")

    def misspell(self):
        """No restart mends what is written wrongly."""
        restarts = Restarts(self.unit(SERVER))
        self.set(LIAISON_DIRECTORY=REGISTER, LIAISON_STORE=self.url, LIAISON_LISTEN=self.listen)
        ends = [self.end(restarts)]
        self.set(LIAISON_DIRECTORY="", LIAISON_STORE=self.url, LIAISOND_OPTIONS=f"--lisen {self.listen}")
        ends.append(self.end(restarts))
        claim("a folder beside a database, or no option of serve: it ends with 2, and none follows",
              ends == [(2, False)] * 2, ends)
        self.name_register()

    def name_in_a_file(self):
        """The backup does not read the server's file: it must not be taken for a machine without a register."""
        folder = self.debian.file("/etc/liaison")
        folder.mkdir()
        (folder / "liaisond.json").write_text(json.dumps({"store": self.url, "listen": [self.listen]}))
        self.set(LIAISON_DIRECTORY="", LIAISOND_OPTIONS="--config /etc/liaison/liaisond.json")
        self.serve("a database in a file of options")
        told = self.unit(BACKUP).run(code=1)
        claim(f"a database in a file of options: {BACKUP} is seen to fail, and {DEFAULTS} says why",
              "there is no server" in told and all(word in self.packed for word in ['"store"', "the daily backup"]), told)
        self.name_register()

    def back_up(self):
        self.unit(BACKUP).run()
        made = os.listdir(self.debian.file(BACKUPS))
        claim(f"in a database: {BACKUP} makes a backup: {' '.join(made)}", len(made) == 1)
        told = self.debian.run(
            "liaisond", "verify", "--backup", f"{BACKUPS}/{made[0]}", "--store", self.url, user="_liaison")
        claim(f"in a database: the backup is of it: {told.strip()}", " 0 records" not in told, told)


def check(debian, package, log):
    debian.install(package)
    machine = Machine(debian, log)
    machine.look()
    machine.make_register()
    machine.serve("in a database")
    machine.back_up()
    machine.name_in_a_file()
    machine.misspell()
    machine.outlast()
    machine.database.kill()
