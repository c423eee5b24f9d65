"""The measurements of Scripts/measure; the two commands are on the PATH."""
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

COUNT = int(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parent.parent
PROSE = ("Discussion of joint work on border security, biometrics and the exchange of police "
         "information; follow-up on the last meeting and on training in the regions. " * 2)[:212]  # Makes a revision of about 450 bytes.


def run(*command, status=0):
    """Runs a command; seconds and peak memory in MiB, by the system's own accounting."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, code, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(code) != status:
        sys.exit(f"measure: {' '.join(command)} failed: {process.stderr.read().decode()}")
    process.stderr.close()
    process.returncode = 0
    return seconds, usage.ru_maxrss / 1024


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

    def counted(self, *command):
        self.up = self.down = 0
        run(*command)
        return self.up, self.down


def records():
    for number in range(COUNT):
        yield {"kind": "engagement", "code": f"LYO-2026-{number:07}", "fields": {
            "title": f"Coordination meeting {number}", "starts": "2026-12-01",
            "place": "New York", "body": "COMPACT", "lead": "VIE", "status": "planned",
            "participants": ["UNODC", "UNOCT"], "summary": PROSE}}


class Server:
    def __init__(self):
        self.process = subprocess.Popen(
            ["liaisond", "serve", "hq", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE)
        self.address = self.process.stdout.readline().decode().split()[-1]

    def peak(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def row(phase, count, seconds, client, server, wire=("", "")):
    rate = f"{count / seconds:,.0f}/s" if count else ""
    print(f"{phase:<26}{count:>9,}{seconds:>10.3f} s{rate:>13}{client:>9.1f}"
          f"{server if server == '' else format(server, '.1f'):>9}{wire[0]:>12}{wire[1]:>12}",
          flush=True)


def main():
    print(f"{'phase':<26}{'records':>9}{'time':>12}{'rate':>13}{'client':>9}{'server':>9}"
          f"{'bytes up':>12}{'bytes down':>12}   (memory: peak MiB)")
    run("liaisond", "init", "hq")
    for office in ("LYO", "VIE", "NYC"):
        run("liaisond", "office", "add", office, "--name", office, "-C", "hq")
    with open("all.jsonl", "w") as file:
        file.write((ROOT / "Scripts/data/reference.jsonl").read_text())
        for record in records():
            file.write(json.dumps(record) + "\n")
    total = sum(1 for _ in open("all.jsonl"))
    seconds, memory = run("liaisond", "import", "all.jsonl", "-C", "hq")
    row("import", total, seconds, memory, "")

    server = Server()
    proxy = Proxy(server.address)
    wire = proxy.counted("liaison", "clone", proxy.address, "wired", "--office", "VIE")
    runs = [run("liaison", "clone", server.address, f"vienna{n}", "--office", "VIE")
            for n in range(3)]
    row("clone (median of 3)", total, statistics.median(s for s, _ in runs),
        max(m for _, m in runs), server.peak(), wire)

    wire = proxy.counted("liaison", "-C", "wired", "sync")
    runs = [run("liaison", "-C", "vienna0", "sync") for _ in range(11)]
    row("no-op sync (median of 11)", 0, statistics.median(s for s, _ in runs),
        max(m for _, m in runs), server.peak(), wire)

    run("liaison", "clone", proxy.address, "newyork", "--office", "NYC")
    for number in range(1000):
        run("liaison", "-C", "newyork", "edit", f"LYO-2026-{number * (COUNT // 1000):07}",
            f"place=Room {number}")
    proxy.up = proxy.down = 0
    seconds, memory = run("liaison", "-C", "newyork", "sync")
    row("push of 1,000 edits", 1000, seconds, memory, server.peak(), (proxy.up, proxy.down))
    wire = proxy.counted("liaison", "-C", "wired", "sync")
    seconds, memory = run("liaison", "-C", "vienna0", "sync")
    row("pull of 1,000 changes", 1000, seconds, memory, server.peak(), wire)
    server.stop()


work = tempfile.mkdtemp()
try:
    os.chdir(work)
    main()
finally:
    shutil.rmtree(work)
