"""The two commands of one build, run and measured by the system's own accounting."""
import collections
import contextlib
import functools
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
Used = collections.namedtuple("Used", "seconds mebibytes")


def reference_lines():
    return (ROOT / "Scripts/data/reference.jsonl").read_text().splitlines(keepends=True)


class Build:
    """A build's commands, which work in one folder."""

    def __init__(self, name, binaries, folder, count):
        self.name, self.binaries, self.folder, self.count = name, binaries, folder, count

    def run(self, command, *arguments, status=0):
        """Runs a command to its end. GNU time starts it: the system counts the peak memory of whoever
        starts a command with the command's own, and this process has more than a command takes."""
        with tempfile.NamedTemporaryFile("r") as used:
            start = time.perf_counter()
            done = subprocess.run(
                ["time", "--quiet", "--format=%M", f"--output={used.name}",
                 f"{self.binaries}/{command}", *arguments], cwd=self.folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            seconds = time.perf_counter() - start
            if done.returncode != status:
                sys.exit(f"measure: {command} {' '.join(arguments)[:200]} failed: {done.stderr.decode()}")
            return Used(seconds, int(used.read()) / 1024)

    def moving(self, address):
        """How a replica's first sync at an address is asked for."""
        help = subprocess.run([f"{self.binaries}/liaison", "--help"], stdout=subprocess.PIPE, text=True)
        return ["move", address] if "  move " in help.stdout else ["sync", "--address", address]

    @functools.cached_property
    def plain(self):
        """What makes a call without TLS: builds before enrolment make no other."""
        said = subprocess.run([f"{self.binaries}/liaisond", "serve", "--help"], capture_output=True)
        return ["--insecure-loopback"] if b"--insecure-loopback" in said.stdout else []

    def clone(self, server, folder, office, *arguments):
        return self.run("liaison", "clone", server.address, folder, *self.plain, "--office", office,
                        *arguments)

    def output(self, command, *arguments):
        """What a command prints."""
        return subprocess.run(
            [f"{self.binaries}/{command}", *arguments], cwd=self.folder, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    def make_register(self, name, offices=("LYO", "VIE", "NYC")):
        self.run("liaisond", "init", name)
        for office in offices:
            self.run("liaisond", "office", "add", office, "--name", office, "-C", name)

    @contextlib.contextmanager
    def serving(self, name, counted=False, flags=None):
        server = Server(self, name, counted, self.plain if flags is None else flags)
        try:
            yield server
        finally:
            server.stop()


class Server:
    """A running `liaisond serve`; `counted` counts its fsyncs by a shim that the loader puts before
    the C library."""

    def __init__(self, build, name, counted, flags):
        environment = dict(os.environ)
        self.counts = None
        if counted:
            self.counts = tempfile.NamedTemporaryFile()
            self.counts.write(bytes(8))
            self.counts.flush()
            environment |= {"LD_PRELOAD": shim(), "LIAISON_FSYNC_COUNT": self.counts.name}
        self.process = subprocess.Popen(
            [f"{build.binaries}/liaisond", "serve", name, *flags, "--listen", "127.0.0.1:0"],
            cwd=build.folder, env=environment, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on "):
            sys.exit(f"measure: the server does not listen: {line}")
        self.address = line.split()[-1]

    def peak(self):
        """Peak memory so far, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def fsyncs(self):
        with open(self.counts.name, "rb") as file:
            return int.from_bytes(file.read(8), "little")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def shim():
    """Builds the shim that counts fsync and fdatasync in a mapped file."""
    library = ROOT / ".build/fsync_count.so"
    source = ROOT / "Scripts/measuring/fsync_count.c"
    library.parent.mkdir(exist_ok=True)
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return str(library)


class Proxy:
    """Forwards one address and counts the payload of TCP in each direction."""

    def __init__(self, target):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.up = self.down = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            for source, sink, name in ((client, server, "up"), (server, client, "down")):
                threading.Thread(target=self.pump, args=(source, sink, name), daemon=True).start()

    def pump(self, source, sink, name):
        try:
            while data := source.recv(1 << 16):
                setattr(self, name, getattr(self, name) + len(data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The other direction has closed the connection.

    def counted(self, build, *command):
        """The bytes of one command, up and down."""
        self.up = self.down = 0
        build.run(*command)
        return self.up, self.down
