"""Servers of one register, which somebody kills and somebody starts again."""
import os
import pathlib
import random
import re
import signal
import subprocess
import threading
import time

from processes import Failed, free_port, listens, output, until

# The unit's: also a server that finds no database comes back so often.
UNIT = pathlib.Path(__file__).parents[1] / "packaging/liaisond/liaisond.service"
RESTART_SECONDS = int(re.search(r"^RestartSec=(\d+)$", UNIT.read_text(), re.M)[1])


class Server:
    """A `liaisond serve` on a port that stays its own."""

    def __init__(self, liaisond, where, folder, number):
        self.number, self.port, self.ready_port = number, free_port(), None
        self.command = [liaisond, "serve", *where, "--listen", self.address]
        # A build without a second port is told by its first one whether it is ready.
        if "--operations" in output(liaisond, "serve", "--help"):
            self.ready_port = free_port()
            self.command += ["--operations", f"127.0.0.1:{self.ready_port}"]
        self.log = f"{folder}/server-{number}.log"
        self.process = None
        self.starts = 0

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        self.starts += 1
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def ready(self, patience=60):
        def answers():
            if not self.is_alive:
                raise Failed(f"server {self.number} has ended: see {self.log}")
            return listens(self.port)
        until(f"server {self.number}, see {self.log}", answers, patience)

    def end(self, sign):
        if self.is_alive:
            self.process.send_signal(sign)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                raise Failed(f"server {self.number} does not end: see {self.log}") from None

    @property
    def memory(self):
        """Its memory now, in MiB."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Servers:
    """All of them, and the hand that restarts whichever has ended."""

    def __init__(self, servers, seed, tell):
        self.all, self.tell = servers, tell
        self.dice = random.Random(f"{seed} servers")
        self.kills = self.terms = 0
        self.ended = threading.Event()
        self.chaos = None

    def start(self):
        for server in self.all:
            server.start()
        for server in self.all:
            server.ready()

    def restart_each(self, haproxy, pause):
        """A rolling restart, as haproxy.cfg says: drained, asked to end, started, and let back in."""
        for server in self.all:
            haproxy.drain(server.number)
            server.end(signal.SIGTERM)
            server.start()
            server.ready()
            haproxy.undrain(server.number)
            self.tell(f"server {server.number} was restarted in turn")
            time.sleep(pause)

    def begin_chaos(self, mean):
        """From now on one is killed, or told to end, every `mean` seconds or so."""
        self.chaos = threading.Thread(target=self.kill_at_random, args=(mean,))
        self.chaos.start()

    def kill_at_random(self, mean):
        back, strike = {}, time.monotonic() + self.dice.uniform(0.5, 1.5) * mean
        while not self.ended.wait(0.05):
            now = time.monotonic()
            for server in self.all:
                if not server.is_alive and now >= back.setdefault(server, now + RESTART_SECONDS):
                    server.start()
                    del back[server]
            if now < strike:
                continue
            strike = now + self.dice.uniform(0.5, 1.5) * mean
            server = self.dice.choice(self.all)
            is_told, pause = self.dice.random() < 0.25, self.dice.uniform(0, 3)
            if not server.is_alive:
                continue
            server.end(signal.SIGTERM if is_told else signal.SIGKILL)
            back[server] = time.monotonic() + pause
            self.kills += not is_told
            self.terms += is_told
            self.tell(f"server {server.number}: {'SIGTERM' if is_told else 'kill -9'}, back in {pause:.1f} s")

    def end_chaos(self):
        """Nobody is killed any more; whoever has ended is started."""
        self.ended.set()
        if self.chaos:
            self.chaos.join()
        for server in self.all:
            if not server.is_alive:
                server.start()
            server.ready()

    def stop(self):
        self.ended.set()
        if self.chaos:
            self.chaos.join()
        for server in self.all:
            server.end(signal.SIGKILL)
