"""Packs the commands with their manual pages, completions, units and scripts, by dpkg-deb."""
import gzip
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path

import manual

BESIDE = Path(__file__).parent
ROOT = BESIDE.parent.parent
EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/{}",
    "zsh": "usr/share/zsh/vendor-completions/_{}",
    "fish": "usr/share/fish/vendor_completions.d/{}.fish",
}
OPERATION = ["alerts.yml", "dashboard.json", "haproxy.cfg"]
UNITS = ["liaisond.service", "liaisond-backup.service", "liaisond-backup.timer"]


def output(*words, **more):
    return subprocess.run(
        words, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def put(root, name, content, mode=0o644):
    """Writes a file of the package."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)


def zipped(content):
    return gzip.compress(content.encode(), 9, mtime=0)


def copyright(name):
    """The licenses of what the binary holds: ours, and those of the libraries that are linked into it."""
    lines = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
        "Upstream-Name: Liaison", "",
        "Files: *", "Copyright: The Liaison maintainers", "License: Apache-2.0", "",
        "License: Apache-2.0",
        " On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.", "",
        "Comment: The binary also holds Swift's standard library and Foundation (Apache-2.0 with the",
        " Runtime Library Exception; Foundation holds ICU, under the Unicode License V3), and these packages:",
    ]
    for package in sorted((ROOT / ".build/checkouts").iterdir()):
        for file in sorted(package.glob("LICENSE*")) + sorted(package.glob("NOTICE*")):
            text = file.read_text()
            lines += [" .", f" {package.name}, {file.name}:"]
            if "Apache License" in text and "Version 2.0" in text and file.name.startswith("LICENSE"):
                exception = "Runtime Library Exception" in text
                lines.append(" Apache-2.0" + (" with the Runtime Library Exception" if exception else ""))
            else:
                lines += [" " + (line.rstrip() or ".") for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def unit(name):
    """A unit with what the services share: `@NAME@` is the file NAME.conf."""
    return re.sub("^@([a-z]+)@$", lambda found: (BESIDE / f"liaisond/{found[1]}.conf").read_text().rstrip(),
                  (BESIDE / "liaisond" / name).read_text(), flags=re.M)


def fill(root, name, binary, version):
    """Puts what a package installs below `root`."""
    put(root, f"usr/bin/{name}", b"", 0o755)
    subprocess.run(["strip", "-o", root / f"usr/bin/{name}", binary], check=True)
    for shell, place in COMPLETIONS.items():
        script = output(binary, "--generate-completion-script", shell)
        # It is read, not run.
        put(root, place.format(name), script.removeprefix("#!/bin/bash\n\n"))
    section = manual.SECTIONS[name]
    put(root, f"usr/share/man/man{section}/{name}.{section}.gz", zipped(manual.manual(binary, EPOCH)))
    put(root, f"usr/share/doc/{name}/copyright", copyright(name))
    date = formatdate(EPOCH, usegmt=True).replace("GMT", "+0000")
    put(root, f"usr/share/doc/{name}/changelog.gz", zipped(
        f"{name} ({version}) unstable; urgency=medium\n\n  * Liaison {version}.\n\n"
        f" -- The Liaison maintainers <maintainers@liaison.example>  {date}\n"))
    if name == "liaisond":
        for each in UNITS:
            put(root, f"lib/systemd/system/{each}", unit(each))
        put(root, "usr/lib/sysusers.d/liaisond.conf", (BESIDE / "liaisond/sysusers.conf").read_text())
        put(root, "usr/lib/tmpfiles.d/liaisond.conf", (BESIDE / "liaisond/tmpfiles.conf").read_text())
        put(root, "etc/default/liaisond", (BESIDE / "liaisond/default").read_text())
        for each in OPERATION:
            put(root, f"usr/share/liaisond/{each}", (ROOT / "Scripts/ops" / each).read_text())


def depends(binary):
    """The packages of the libraries that a binary loads, and from which version on."""
    with tempfile.TemporaryDirectory() as work:
        put(Path(work), "debian/control", "Source: liaison\n\nPackage: liaison\nArchitecture: any\n")
        told = output("dpkg-shlibdeps", "-O", "-e" + str(binary), cwd=work)
    return re.search(r"^shlibs:Depends=(.*)$", told, re.M)[1]


def describe(root, name, version):
    """Writes what dpkg reads: control, md5sums, and scripts."""
    files = [f for f in sorted(root.rglob("*")) if f.is_file()]
    (root / "DEBIAN").mkdir()
    # As dpkg-gencontrol counts: each file by whole KiB, and one for each folder.
    size = sum(-(-f.stat().st_size // 1024) if f.is_file() else 1 for f in root.rglob("*"))
    values = {
        "version": version, "architecture": output("dpkg", "--print-architecture").strip(),
        "size": str(size), "depends": depends(root / f"usr/bin/{name}"),
    }
    control = (BESIDE / name / "control").read_text()
    put(root, "DEBIAN/control", re.sub("@([a-z]+)@", lambda found: values[found[1]], control))
    sums = (f"{hashlib.md5(f.read_bytes()).hexdigest()}  {f.relative_to(root)}\n" for f in files
            if not f.is_relative_to(root / "etc"))
    put(root, "DEBIAN/md5sums", "".join(sums))
    for script in ["conffiles", "postinst", "prerm", "postrm"]:
        file = BESIDE / name / script
        if file.exists():
            put(root, f"DEBIAN/{script}", file.read_bytes(), 0o644 if script == "conffiles" else 0o755)


def pack(name, binary, version, into):
    """Makes one package; prints its name and sizes."""
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / name
        root.mkdir(mode=0o755)
        root.chmod(0o755)
        os.umask(0o022)
        fill(root, name, binary, version)
        size = (root / f"usr/bin/{name}").stat().st_size
        describe(root, name, version)
        # dpkg-deb takes no later time than SOURCE_DATE_EPOCH: with this one all are the same.
        for file in [*root.rglob("*"), root]:
            os.utime(file, (EPOCH, EPOCH))
        output("dpkg-deb", "--root-owner-group", "--build", "-Zxz", root, into)
    deb = next(into.glob(f"{name}_{version}_*.deb"))
    print(f"{deb}: {deb.stat().st_size / 1e6:.1f} MB, its {name} {size / 1e6:.1f} MB")


def main():
    binaries, version, into = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    if not re.fullmatch(r"[0-9][A-Za-z0-9.+~]*", version):
        print(f"package: '{version}' is no version of a package\nTry: --version 0.1.0", file=sys.stderr)
        sys.exit(2)
    into.mkdir(parents=True, exist_ok=True)
    for name in ["liaison", "liaisond"]:
        for old in into.glob(f"{name}_{version}_*.deb"):
            old.unlink()
        pack(name, binaries / name, version, into)


main()
