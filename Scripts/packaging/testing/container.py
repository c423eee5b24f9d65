"""The container's root, as the Containerfile makes it: entered by chroot as its user, and read only."""
import os
import shutil
import subprocess
from pathlib import Path

from debian import ROOT, claim
from manager import Service
from story import free_port

USER = "65532:65532"


class Container:
    """One image's root, with its volume on a disk of its own."""

    def __init__(self, work, name, volume):
        self.name = name
        self.image = work / f"image-{name}"
        self.root = work / f"root-{name}"
        binary = Path(os.environ["LIAISON_BIN"]) / name
        subprocess.run([ROOT / "Scripts/packaging/root", self.image, binary, volume], check=True)
        self.root.mkdir()
        mount("--bind", self.image, self.root)
        mount("-o", "remount,bind,ro", self.root)
        mount("-t", "proc", "proc", self.root / "proc")
        mount("-t", "tmpfs", "-o", "mode=0700,uid=65532,gid=65532", "volume", self.root / volume[1:])

    def command(self, *words, **environment):
        return ["env", "-i", *(f"{n}={v}" for n, v in environment.items()),
                shutil.which("chroot"), f"--userspec={USER}", self.root, f"/usr/bin/{self.name}", *words]

    def run(self, *words, code=0):
        result = subprocess.run(
            self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        claim(f"container: {self.name} {words[0]} ends with {code}",
              result.returncode == code, result.stdout + result.stderr)
        return result.stderr if code else result.stdout


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def check(work):
    server = Container(work, "liaisond", "/var/lib/liaison")
    office = Container(work, "liaison", "/replica")
    files = [f for f in server.image.rglob("*") if f.is_file()]
    claim(f"container: the root of liaisond is {len(files)} files, "
          f"{sum(f.stat().st_size for f in files) / 1e6:.0f} MB", True)
    claim("container: its root is read only",
          "Read-only file system" in server.run("init", "/register", code=1))
    server.run("init", "/var/lib/liaison", "--host", "127.0.0.1")
    server.run("office", "add", "VIE", "--name", "Vienna", "-C", "/var/lib/liaison")
    name = f"@liaison-container-{os.getpid()}"
    port = free_port()
    service = Service(
        lambda name: server.command(
            "serve", "/var/lib/liaison", "--listen", f"127.0.0.1:{port}", NOTIFY_SOCKET=name),
        "\0" + name[1:], name, work / "container.log")
    service.wait("READY")
    invitation = server.run("office", "invite", "VIE", "-C", "/var/lib/liaison")
    office.run("clone", next(w for w in invitation.split("'") if w.startswith("VIE@")), "/replica")
    office.run("new", "area", "code=UNODC", "name=Drugs and crime", "-C", "/replica")
    office.run("sync", "-C", "/replica")
    digests = server.run("verify", "-C", "/var/lib/liaison"), office.run("verify", "-C", "/replica")
    claim("container: both have the same digest", digests[0].split()[-1] == digests[1].split()[-1], digests)
    claim("container: it stops with 0", service.stop()[1] == 0)
