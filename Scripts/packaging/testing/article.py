"""The article Operating, as far as it needs the packages: its sections with a block `console package`.

Such a section is run as a whole: the package's lines, the other commands, and the files. The rest of the
article is run by OperatingTests.
"""
import re
import shutil

from debian import ROOT, Refuted, claim
from manager import Service, Unit
from story import free_port

ARTICLE = ROOT / "Modules/Core/LiaisonSync/LiaisonSync.docc/Operating.md"
# `sudo` is not in the smallest Debian; whoever types here is root.
SUDO = """
sudo() {
  if [ "$1" != -u ]; then "$@"; return; fi
  user=$2; shift 2
  setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
}
cd /tmp
"""


def sections():
    """Each section that needs a package: its name, and its blocks as (tag, lines)."""
    found = {}
    name, tag, lines = "", None, []
    for line in ARTICLE.read_text().splitlines():
        if line.startswith("```"):
            if tag is None:
                tag, lines = line[3:], []
            else:
                found.setdefault(name, []).append((tag, lines))
                tag = None
        elif tag is not None:
            lines.append(line)
        elif line.startswith("#"):
            name = line.lstrip("# ")
    return {name: blocks for name, blocks in found.items()
            if any(tag == "console package" for tag, _ in blocks)}


class Reader:
    """Somebody who does in a Debian what the article says."""

    def __init__(self, debian, log):
        self.debian, self.log = debian, log
        self.service = None
        # What stands in the article, and what it is here: the machine's network is shared.
        self.table = {
            "192.0.2.7:7401": f"127.0.0.1:{free_port()}", "127.0.0.1:7402": f"127.0.0.1:{free_port()}",
            "sync.example.org": "127.0.0.1"}
        debian.file("/etc/apt/apt.conf.d/90yes").write_text(
            'APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n')
        shutil.copy(ROOT / "Scripts/data/reference.jsonl", debian.file("/tmp/records.jsonl"))

    def offer(self, package):
        """Puts a package where the article's reader has it."""
        for old in self.debian.file("/tmp").glob("*.deb"):
            old.unlink()
        shutil.copy(package, self.debian.file("/tmp"))

    def here(self, text):
        for article, here in self.table.items():
            text = text.replace(article, here)
        return text

    def read(self, section, blocks):
        for tag, lines in blocks:
            if tag in ["console", "console package"]:
                for line in lines:
                    if not line.startswith("$ "):
                        raise Refuted(f"{section}: '{line}' is typed on another machine")
                    self.type(line[2:], section)
                if tag == "console package" and self.service:
                    # As the package's script does where systemd runs.
                    self.systemctl("restart", "liaisond")
            else:
                path = self.debian.file(tag.split()[1])
                path.write_text(self.here("\n".join(lines) + "\n"))

    def type(self, command, section):
        found = re.fullmatch(r"sudo systemctl (\w+) ([\w-]+)", command)
        if found:
            self.systemctl(found[1], found[2])
        else:
            self.debian.run("bash", "-ec", SUDO + self.here(command))
        claim(f"Operating, {section}: {command}", True)

    def systemctl(self, verb, name):
        unit = Unit(self.debian, f"{name}.service")
        if unit.settings["Type"] == ["oneshot"] and verb == "start":
            unit.run()
        elif verb in ["start", "stop", "restart"]:
            if verb != "start":
                self.stop()
            if verb != "stop":
                self.service = Service.of(unit, self.log, is_abstract=True)
                self.service.wait("READY")
        else:
            raise Refuted(f"nobody stands in for systemctl {verb} {name}")

    def stop(self):
        code = self.service.stop()[1]
        self.service = None
        if code:
            raise Refuted(f"liaisond ended with {code}")


def check(debian, old, new, log):
    """Its sections in their order; the first of them installs the older build."""
    reader, package = Reader(debian, log), old
    found = sections()
    claim(f"Operating has sections that need a package: {', '.join(found)}", len(found) > 1)
    for name, blocks in found.items():
        reader.offer(package)
        reader.read(name, blocks)
        package = new
    reader.stop()
