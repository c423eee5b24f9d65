"""A service manager for one unit: what systemd does of it where no systemd runs.

It starts a unit's command line as the unit's user, with what `EnvironmentFile` says, and listens to what
the process tells (sd_notify(3)).
"""
import os
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

from debian import Refuted

PATIENCE = 60


class Unit:
    """The settings of a unit that count here."""

    def __init__(self, debian, name):
        self.debian = debian
        self.settings = {}
        for line in debian.file(f"/lib/systemd/system/{name}").read_text().splitlines():
            if "=" in line and not line.startswith("#"):
                key, value = line.split("=", 1)
                self.settings.setdefault(key, []).append(value)
        self.environment = {}
        for line in self.settings.get("Environment", []):
            self.environment.update(pair.split("=", 1) for pair in shlex.split(line))
        for path in self.settings.get("EnvironmentFile", []):
            lines = debian.file(path.removeprefix("-")).read_text().splitlines()
            for line in lines:
                if "=" in line and not line.startswith("#"):
                    key, value = line.split("=", 1)
                    self.environment[key] = shlex.split(value)[0] if value else ""

    @property
    def user(self):
        return self.settings["User"][0]

    @property
    def words(self):
        """The command line: `$NAME` alone is split at blanks, `${NAME}` is not (systemd.service(5))."""
        words = []
        for word in shlex.split(self.settings["ExecStart"][0]):
            if word.startswith("${"):
                words.append(self.environment[word[2:-1]])
            elif word.startswith("$"):
                words += self.environment.get(word[1:], "").split()
            else:
                words.append(word)
        return words

    @property
    def placed(self):
        """The command line in the folder that it is run in."""
        return ["env", f"--chdir={self.settings.get('WorkingDirectory', ['/'])[0]}", *self.words]

    def command(self, environment=None):
        return self.debian.command(
            self.placed, self.user, {**self.environment, **(environment or {})})

    def run(self):
        """A `Type=oneshot` service, to its end."""
        return self.debian.run(*self.placed, user=self.user, environment=self.environment)


class Service:
    """A `Type=notify` service that runs."""

    def __init__(self, command, place, name, log, around=()):
        """`name` is what NOTIFY_SOCKET is, `place` what it is bound to from outside; `command` takes it."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(place)
        if not place.startswith("\0"):
            os.chmod(place, 0o666)
        self.socket.settimeout(1)
        self.log = Path(log)
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                [*around, *command(name)], stdout=file, stderr=file)

    def told(self):
        """The lines of the next datagram, as a dictionary."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                told = self.socket.recv(4096).decode()
                return dict(line.split("=", 1) for line in told.splitlines())
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        raise Refuted(f"nothing was told; it ended with {self.process.poll()}: {self.log.read_text()}")

    def wait(self, key):
        """The next datagram that says something."""
        while True:
            told = self.told()
            if key in told:
                return told

    def is_silent(self, seconds):
        """Whether a stopped process tells nothing for so long."""
        state = Path(f"/proc/{self.process.pid}/stat")
        while state.read_text().rsplit(")", 1)[1].split()[0] != "T":
            os.sched_yield()
        self.socket.setblocking(False)
        try:
            # What it told before it was stopped.
            while True:
                self.socket.recv(4096)
        except BlockingIOError:
            self.socket.settimeout(seconds)
        try:
            self.socket.recv(4096)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(1)

    def signal(self, number):
        os.kill(self.process.pid, number)

    def stop(self):
        """SIGTERM; whether it said so, and its exit code."""
        self.signal(signal.SIGTERM)
        told = self.wait("STOPPING")
        code = self.process.wait(PATIENCE)
        self.socket.close()
        return told, code

    @staticmethod
    def of(unit, log, is_abstract=False, watchdog=None, around=()):
        """Starts a unit's command line; it is told as soon as it is ready."""
        name = f"@liaison-{os.getpid()}-{time.monotonic_ns()}" if is_abstract else "/run/notify"
        place = "\0" + name[1:] if is_abstract else str(unit.debian.file(name))
        if not is_abstract and Path(place).exists():
            Path(place).unlink()

        def command(name):
            more = {"NOTIFY_SOCKET": name}
            if watchdog:
                more["WATCHDOG_USEC"] = str(watchdog)
            return unit.command(more)

        return Service(command, place, name, log, around)
