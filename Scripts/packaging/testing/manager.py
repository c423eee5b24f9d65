"""A service manager for one unit: what systemd does of it where no systemd runs.

It starts a unit's command line as the unit's user, with what `EnvironmentFile` says, unless its conditions
skip it; listens to what the process tells (sd_notify(3)); and judges whether one that has ended is started again.
"""
import os
import re
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
        self.debian, self.name = debian, name
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

    def setting(self, key, otherwise):
        """What counts of a setting: its last line."""
        return self.settings.get(key, [otherwise])[-1]

    def expanded(self, line):
        """`$NAME` alone is split at blanks, `${NAME}` is not, and `$$` is a dollar (systemd.service(5))."""
        words = []
        for word in shlex.split(line):
            if re.fullmatch(r"\$\{\w+\}", word):
                words.append(self.environment[word[2:-1]])
            elif re.fullmatch(r"\$\w+", word):
                words += self.environment.get(word[1:], "").split()
            else:
                words.append(word.replace("$$", "$"))
        return words

    @property
    def words(self):
        return self.expanded(self.settings["ExecStart"][0])

    def placed(self, words):
        """A command line in the folder that it is run in."""
        return ["env", f"--chdir={self.setting('WorkingDirectory', '/')}", *words]

    def command(self, environment=None):
        return self.debian.command(
            self.placed(self.words), self.user, {**self.environment, **(environment or {})})

    def is_skipped(self, around=()):
        """Whether systemd leaves it alone: for its `ConditionPathExists` (systemd.unit(5)), or for a command."""
        paths = self.settings.get("ConditionPathExists", [])
        there = {path: self.debian.file(path.lstrip("|")).exists() for path in paths}
        any_of = [there[path] for path in paths if path.startswith("|")]
        if not all(there[path] for path in paths if not path.startswith("|")) or any_of and not any(any_of):
            return True
        for line in self.settings.get("ExecCondition", []):
            command = self.debian.command(self.placed(self.expanded(line)), self.user, self.environment)
            told = subprocess.run(
                [*around, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            # 255 and a signal are its failure; and one that says something has not only looked.
            if told.returncode not in range(255) or told.stdout:
                raise Refuted(f"{self.name}: {line} ended with {told.returncode}: {told.stdout}")
            if told.returncode:
                return True
        return False

    def must_start(self):
        if self.is_skipped():
            raise Refuted(f"{self.name} is skipped")

    def run(self, code=0):
        """A `Type=oneshot` service, to its end; what it prints."""
        self.must_start()
        return self.debian.run(
            *self.placed(self.words), user=self.user, environment=self.environment, code=code)


class Restarts:
    """Whether a service that ends by itself is started again, and when.

    The clock is its own: `RestartSec` moves it on, and nobody waits for it.
    """

    def __init__(self, unit):
        self.unit = unit
        self.pause = seconds(unit.setting("RestartSec", "100ms"))
        self.interval = seconds(unit.setting("StartLimitIntervalSec", "10s"))
        self.burst = int(unit.setting("StartLimitBurst", "5"))
        self.clock = self.begin = 0.0
        # The first start.
        self.count = 1

    def again(self, code, took):
        """Whether another follows a process that has ended with a code after so many seconds."""
        self.clock += took
        is_clean = code == 0 or -code in [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE]
        kept = self.unit.setting("RestartPreventExitStatus", "").split()
        if self.unit.setting("Restart", "no") != "on-failure" or is_clean or str(code) in kept:
            return False
        self.clock += self.pause
        return self.is_within_limit()

    def is_within_limit(self):
        """As systemd counts: a window of time begins with the first start after the last one."""
        if not self.interval or not self.burst:
            return True
        if self.clock - self.begin > self.interval:
            self.begin, self.count = self.clock, 0
        self.count += 1
        return self.count <= self.burst


def seconds(text):
    """A time of a unit (systemd.time(7)), of one number."""
    number, unit = re.fullmatch(r"([\d.]+) ?(|ms|s|min)", text).groups()
    return float(number) * {"": 1, "ms": 0.001, "s": 1, "min": 60}[unit]


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

    def ended(self):
        """The exit code of one that ends by itself."""
        code = self.process.wait(PATIENCE)
        self.socket.close()
        return code

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
        unit.must_start()
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
