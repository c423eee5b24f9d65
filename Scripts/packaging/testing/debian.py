"""A clean Debian 12 in a folder: made once, copied for each use, and entered by chroot."""
import os
import pty
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / ".build/packages-test/bookworm"
# What a person's Debian has and the smallest has not.
ALSO = "man-db,bash-completion,fish,zsh"


class Refuted(Exception):
    """A claim does not hold."""


def claim(text, holds, told=""):
    """Prints what holds; what does not ends the test."""
    if not holds:
        raise Refuted(f"{text}\n{told}")
    print(f"ok      {text}", flush=True)


def base():
    """The clean system; whole once it has its name."""
    if not BASE.exists():
        draft = BASE.with_name("draft")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(parents=True)
        print("fetching a clean Debian 12", flush=True)
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={ALSO}", "bookworm", draft,
             "http://deb.debian.org/debian"], check=True, stdout=subprocess.DEVNULL)
        draft.rename(BASE)
    return BASE


class Debian:
    """A fresh copy of the clean system."""

    def __init__(self, folder):
        self.root = Path(folder)
        subprocess.run(["cp", "-a", "--reflink=auto", base(), self.root], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        self.run("apt-get", "update", "-q")

    def command(self, words, user="root", environment=None):
        """The words that run others in it as a user."""
        entered = ["chroot"]
        if user != "root":
            entered.append(f"--userspec={user}:{user}")
        home = "/root" if user == "root" else "/" if user.startswith("_") else f"/home/{user}"
        return entered + [self.root, "env", "-i", f"HOME={home}", "LC_ALL=C.UTF-8", "TERM=dumb",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "DEBIAN_FRONTEND=noninteractive",
                *(f"{name}={value}" for name, value in (environment or {}).items()), *words]

    def run(self, *words, user="root", code=0, environment=None, **more):
        """What a command prints that ends with a code."""
        result = subprocess.run(
            self.command(words, user, environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, **more)
        if result.returncode != code:
            raise Refuted(f"{' '.join(map(str, words))} ended with {result.returncode}, not {code}\n"
                          f"{result.stdout}{result.stderr}")
        return result.stdout + (result.stderr if code else "")

    def typed(self, *words, keys, user, until, patience=30):
        """What a terminal shows of a program that keys are typed to, each when it is silent."""
        process, terminal = pty.fork()
        if process == 0:
            command = self.command(words, user)
            os.execvp(command[0], command)
        shown, keys, end = b"", list(keys), time.monotonic() + patience
        while until not in shown.decode(errors="replace") and time.monotonic() < end:
            if select.select([terminal], [], [], 0.3)[0]:
                try:
                    shown += os.read(terminal, 4096)
                except OSError:
                    break
            elif keys:
                os.write(terminal, keys.pop(0).encode())
        os.close(terminal)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return shown.decode(errors="replace")

    def install(self, *packages):
        """`apt install ./NAME.deb …`; what it prints."""
        for package in packages:
            shutil.copy(package, self.root / "tmp")
        return self.run(
            "sh", "-c", 'cd /tmp && apt install -y -q --no-install-recommends "$@"', "-",
            *(f"./{Path(p).name}" for p in packages))

    def file(self, path):
        return self.root / str(path).lstrip("/")

    def owner(self, path):
        """Mode, user and group: `700 _liaison _liaison`."""
        return self.run("stat", "-c", "%a %U %G", path).strip()
