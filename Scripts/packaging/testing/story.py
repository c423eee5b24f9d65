"""What people do with the packages, in a clean Debian."""
import json
import os
import signal
import socket
import time

from debian import claim
from manager import Service, Unit

REGISTER, BACKUPS, DEFAULTS = "/var/lib/liaison", "/var/backups/liaison", "/etc/default/liaisond"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Story:
    def __init__(self, debian, log):
        self.debian = debian
        self.log = log
        self.port = free_port()
        self.service = None

    # The server's people.

    def admin(self, *words, **more):
        return self.debian.run("liaisond", *words, user="_liaison", **more)

    def clerk(self, *words, **more):
        return self.debian.run("liaison", *words, user="clerk", **more)

    def make_register(self):
        claim("the user's folder is there, and its own", self.debian.owner(REGISTER)
              == self.debian.owner(BACKUPS) == "700 _liaison _liaison")
        self.admin("init", REGISTER, "--host", "127.0.0.1")
        self.admin("office", "add", "VIE", "--name", "Vienna", "-C", REGISTER)
        self.admin("office", "add", "NYC", "--name", "New York", "-C", REGISTER)
        defaults = self.debian.file(DEFAULTS)
        defaults.write_text(defaults.read_text().replace(
            'LIAISOND_OPTIONS=""', f'LIAISOND_OPTIONS="--listen 127.0.0.1:{self.port}"'))
        self.debian.run("useradd", "--create-home", "--user-group", "clerk")

    def start(self, what, **more):
        unit = Unit(self.debian, "liaisond.service")
        claim(f"{what}: Type=notify, with a watchdog",
              unit.settings["Type"] == ["notify"] and unit.settings["WatchdogSec"] == ["30"])
        self.service = Service.of(unit, self.log, **more)
        told = self.service.wait("READY")
        claim(f"{what}: `{' '.join(unit.words)}` as {unit.user} is ready: {told['STATUS']}",
              told["READY"] == "1" and str(self.port) in told["STATUS"], told)

    def stop(self):
        told, code = self.service.stop()
        claim("SIGTERM: it tells STOPPING=1 and ends with 0", told["STOPPING"] == "1" and code == 0)
        self.service = None

    def signals(self):
        """What a service manager hears of a server that runs."""
        for _ in range(3):
            self.service.wait("WATCHDOG")
        claim("it tells WATCHDOG=1 again and again", True)
        self.service.signal(signal.SIGHUP)
        told = self.service.wait("RELOADING")
        late = time.monotonic_ns() // 1000 - int(told["MONOTONIC_USEC"])
        claim("SIGHUP: it tells RELOADING=1 with the clock's time", 0 <= late < 10_000_000, told)
        claim("SIGHUP: and READY=1 again", self.service.wait("READY")["READY"] == "1")
        self.service.signal(signal.SIGSTOP)
        claim("a process that hangs tells no WATCHDOG=1", self.service.is_silent(1.5))
        self.service.signal(signal.SIGCONT)

    # Its offices' people.

    def clone(self):
        invitation = self.admin("office", "invite", "VIE", "-C", REGISTER).strip().split("'")
        line = next(word for word in invitation if word.startswith("VIE@"))
        self.clerk("clone", line, "/home/clerk/vienna")
        self.clerk("-C", "/home/clerk/vienna", "new", "area", "code=UNODC", "name=Drugs and crime")
        self.clerk("-C", "/home/clerk/vienna", "new", "area", "code=UNOCT", "name=Counter-terrorism")
        self.round("cloned")

    def round(self, note):
        """An edit, a sync, and the same bytes on both sides."""
        folder = ("-C", "/home/clerk/vienna")
        self.clerk(*folder, "edit", "UNODC", f"name={note}")
        self.clerk(*folder, "sync")
        digests = self.digest(), json.loads(self.clerk(*folder, "verify", "--json"))["digest"]
        claim(f"{note}: an edit is synced, and both sides have the digest {digests[0][:16]}",
              digests[0] == digests[1], digests)
        return digests[0]

    def digest(self):
        return json.loads(self.admin("verify", "-C", REGISTER, "--json"))["digest"]

    # What stands around the commands.

    def backup(self):
        defaults = self.debian.file(DEFAULTS)
        defaults.write_text(defaults.read_text().replace("LIAISOND_KEEP=14", "LIAISOND_KEEP=2"))
        unit = Unit(self.debian, "liaisond-backup.service")
        for _ in range(3):
            unit.run()
        made = sorted(os.listdir(self.debian.file(BACKUPS)))
        claim(f"`{' '.join(unit.words)}` keeps two of three: {made[-1]}", len(made) == 2, made)

    def manuals(self):
        for name in ["liaison", "liaisond"]:
            page = self.debian.run("man", "--warnings=w", name, user="clerk",
                                   environment={"MANWIDTH": "80", "MANPAGER": "cat"})
            commands = [line.split(":")[0].strip() for line in self.help_commands(name)]
            missing = [c for c in commands if f"{name} {c}" not in page]
            claim(f"`man {name}` has {len(page.splitlines())} lines and all {len(commands)} commands",
                  commands and not missing, missing)

    def help_commands(self, name):
        dump = json.loads(self.debian.run(name, "--experimental-dump-help"))
        return [c["commandName"] for c in dump["command"]["subcommands"] if c["commandName"] != "help"]

    def bash(self, *words):
        """What bash offers for the last word, by bash-completion's own loader."""
        script = r"""
          source /usr/share/bash-completion/bash_completion
          _completion_loader "$1"
          function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
          COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
          COMP_POINT=${#COMP_LINE}
          "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
          printf '%s\n' "${COMPREPLY[@]}"
        """
        return self.debian.run(
            "bash", "--norc", "-c", "cd; " + script, "-", *words, user="clerk").split()

    def completions(self):
        def offered(words, expected):
            found = self.bash(*words)
            claim(f"bash: {' '.join(words)}<TAB> offers {' '.join(expected) or 'nothing'}",
                  found == expected, found)

        offered(["liaison", "ed"], ["edit"])
        offered(["liaison", "-C", "vienna", "edit", "UN"], ["UNOCT", "UNODC"])
        offered(["liaison", "show", "-C", "vienna", "unod"], ["unodc"])
        offered(["liaison", "edit", "UN"], [])
        offered(["liaisond", "back"], ["backup"])
        for shell, words, begin in [
            ("fish", ["fish", "-i"], ["cd\r"]),
            ("zsh", ["zsh", "-f", "-i"], ["cd; autoload -U compinit; compinit -u -D\r"]),
        ]:
            shown = self.debian.typed(
                *words, user="clerk", until="written by",
                keys=[*begin, "liaison -C vienna sho\t", "UNOD\t", "\r"])
            claim(f"{shell}: sho<TAB> UNOD<TAB> shows the record UNODC",
                  "UNODC  area" in shown and "written by" in shown, shown)
        files = sorted(os.listdir(self.debian.file("/home/clerk/vienna")))
        start = time.monotonic()
        self.bash("liaison", "-C", "vienna", "edit", "UN")
        claim(f"codes took bash {(time.monotonic() - start) * 1000:.0f} ms, its start included, and made no"
              " file", files == sorted(os.listdir(self.debian.file("/home/clerk/vienna"))), files)
