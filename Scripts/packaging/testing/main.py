"""The packages and the container's root, from their making to their end. See Scripts/packages-test."""
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import article
import container
import database
import libraries
import syscalls
from debian import ROOT, Debian, Refuted, claim
from manager import Unit
from story import BACKUPS, DEFAULTS, REGISTER, Story

OLD = "0.0.1"


def packed(into, version):
    """Both packages of a version."""
    subprocess.run(
        [ROOT / "Scripts/package", "--version", version, "--into", into], check=True,
        stdout=subprocess.DEVNULL)
    return [next(into.glob(f"{name}_{version}_*.deb")) for name in ["liaison", "liaisond"]]


def linted(packages, work):
    told = subprocess.run(
        ["lintian", "--allow-root", "--fail-on=error,warning", *packages], stdout=subprocess.PIPE, text=True)
    claim("lintian finds neither an error nor a warning", told.returncode == 0, told.stdout)
    for name, section in [("liaison", 1), ("liaisond", 8)]:
        page = work / f"{name}.{section}"
        page.write_bytes(subprocess.run(
            [sys.executable, ROOT / "Scripts/packaging/manual.py", Path(os.environ["LIAISON_BIN"]) / name],
            check=True, stdout=subprocess.PIPE).stdout)
        told = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning", page], stdout=subprocess.PIPE, text=True)
        claim(f"mandoc reads {page.name} without a warning", told.returncode == 0, told.stdout)


def use(debian, old, new, work):
    """Installed, used, upgraded, used, removed, purged, and installed again."""
    story = Story(debian, work / "log")
    debian.install(*old)
    claim("apt installs both packages without systemd", version(debian) == [OLD, OLD])
    story.make_register()
    story.start("the older build")
    story.clone()
    story.stop()
    debian.install(*new)
    claim("apt upgrades both, and what the administrator has set stays",
          OLD not in version(debian) and str(story.port) in debian.file(DEFAULTS).read_text())
    story.start("the newer build", is_abstract=True, watchdog=1_000_000)
    story.signals()
    story.round("upgraded")
    story.manuals()
    story.completions()
    story.backup()
    changed = [line for name in ["liaison", "liaisond"] for line in
               debian.run("sh", "-c", f"dpkg --verify {name} || :").splitlines()]
    claim("every file is as it was packed, but for what the administrator has set",
          [line.split()[-1] for line in changed] == [DEFAULTS], changed)
    story.stop()
    kept = held(debian)
    debian.run("apt-get", "remove", "-y", "-q", "liaison", "liaisond")
    claim("removed: the commands are gone, the configuration and the register are there",
          not debian.file("/usr/bin/liaisond").exists() and not debian.file("/usr/bin/liaison").exists()
          and debian.file(DEFAULTS).exists() and held(debian) == kept)
    told = debian.run("apt-get", "purge", "-y", "-q", "liaison", "liaisond")
    left = debian.run("sh", "-c", "dpkg -l 'liaison*' 2>/dev/null | grep ^.[^n] || :")
    claim("purged: the configuration is gone, the register and its backups are there, and apt says so",
          not debian.file(DEFAULTS).exists() and not left.count("liaison") and held(debian) == kept
          and f"{REGISTER} is kept" in told and f"{BACKUPS} is kept" in told, left + told)
    debian.install(*new)
    defaults = debian.file(DEFAULTS)
    defaults.write_text(defaults.read_text().replace(
        'LIAISOND_OPTIONS=""', f'LIAISOND_OPTIONS="--listen 127.0.0.1:{story.port}"'))
    claim("installed again: the register is the same", held(debian) == kept)
    return story


def version(debian):
    return debian.run("dpkg-query", "-W", "-f", "${Version}\n", "liaison", "liaisond").split()


def held(debian):
    """What the register's and the backups' files hold."""
    files = [f for folder in [REGISTER, BACKUPS] for f in sorted(debian.file(folder).rglob("*"))
             if f.suffix == ".sqlite"]
    if not files:
        raise Refuted("there is no register")
    return [(f.name, hashlib.sha256(f.read_bytes()).hexdigest()) for f in files]


def with_systemd(debian, new):
    """What the scripts do where systemd is installed, and where it runs."""
    debian.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "systemd")
    debian.file("/run/systemd/system").mkdir(parents=True, exist_ok=True)
    # What would ask the systemd that runs is only noted; what works on links is let through.
    for name, noted in [("systemctl", "*daemon-reload*"), ("deb-systemd-invoke", "*")]:
        command = debian.file(f"/usr/bin/{name}")
        command.rename(f"{command}.real")
        command.write_text(
            f'#!/bin/sh\ncase "$*" in {noted}) echo {name} "$@" >>/calls ;; *) exec $0.real "$@" ;; esac\n')
        command.chmod(0o755)

    def calls():
        file = debian.file("/calls")
        told = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line for line in told if "liaisond" in line]

    debian.install(*new)
    claim("with systemd: sysusers and tmpfiles make the user and its folders",
          debian.owner(REGISTER) == debian.owner(BACKUPS) == "700 _liaison _liaison")
    for target, unit in [("multi-user", "liaisond.service"), ("timers", "liaisond-backup.timer")]:
        claim(f"with systemd: {unit} is enabled",
              debian.file(f"/etc/systemd/system/{target}.target.wants/{unit}").is_symlink())
    claim("with systemd: it is started", calls()
          == ["deb-systemd-invoke start liaisond.service liaisond-backup.timer"])
    debian.install(*new)
    debian.run("sh", "-c", "cd /tmp && apt-get install -y -q --reinstall ./liaisond_*.deb")
    claim("with systemd: over an older one it is restarted", calls()[-1:]
          == ["deb-systemd-invoke restart liaisond.service liaisond-backup.timer"])
    units(debian)
    debian.run("apt-get", "purge", "-y", "-q", "liaisond")
    claim("with systemd: purged, it is stopped and no link of it is left",
          calls() == ["deb-systemd-invoke stop liaisond-backup.timer liaisond-backup.service"
                      " liaisond.service"]
          and not debian.run("find", "/etc/systemd", "-name", "liaisond*"))


def units(debian):
    for name in ["liaisond.service", "liaisond-backup.service", "liaisond-backup.timer"]:
        told = debian.run("systemd-analyze", "verify", f"/lib/systemd/system/{name}")
        claim(f"systemd-analyze verify {name} has nothing to say", not told.strip(), told)
    for name in ["liaisond.service", "liaisond-backup.service"]:
        told = debian.run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager",
                          f"/lib/systemd/system/{name}")
        claim(told.splitlines()[-1].lstrip("→ ").strip() + ", of at most 2.0", True)


def traced(story, with_sets, work):
    """The server again, under strace, and before it what its unit looks for."""
    trace, condition = work / "trace", work / "condition"
    unit = Unit(story.debian, "liaisond.service")
    claim("with a register: the unit is not skipped",
          not unit.is_skipped(around=["strace", "-f", "-qq", "-o", condition]))
    syscalls.check_condition(with_sets, unit, condition)
    story.start("reinstalled, under strace", is_abstract=True, watchdog=1_000_000,
                around=["strace", "-f", "-qq", "-o", trace])
    story.round("reinstalled")
    story.service.wait("WATCHDOG")
    tracer = story.service.process.pid
    os.kill(int(Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split()[0]), signal.SIGTERM)
    claim("it ends with 0", story.service.process.wait(60) == 0)
    syscalls.check(with_sets, unit, trace)


def main():
    work = Path(sys.argv[1])
    told = subprocess.run(["hadolint", ROOT / "Scripts/packaging/Containerfile"],
                          stdout=subprocess.PIPE, text=True)
    claim("hadolint has nothing to say of the Containerfile", told.returncode == 0, told.stdout)
    container.check(work)
    new_version = subprocess.run(
        [Path(os.environ["LIAISON_BIN"]) / "liaison", "--version"], check=True, stdout=subprocess.PIPE,
        text=True).stdout.strip()
    new = packed(work / "new", new_version)
    again = packed(work / "again", new_version)
    claim("packed twice they are the same bytes: " + ", ".join(
        f"{p.name} {p.stat().st_size / 1e6:.1f} MB" for p in new),
        [p.read_bytes() for p in new] == [p.read_bytes() for p in again])
    linted(new, work)
    old = packed(work / "old", OLD)
    article.check(Debian(work / "article"), old[1], new[1], work / "article.log")
    machine = Debian(work / "database")
    database.check(machine, new[1], work / "database.log")
    machine.install(new[0])
    libraries.check(machine)
    story = use(Debian(work / "plain"), old, new, work)
    systemd = Debian(work / "systemd")
    with_systemd(systemd, new)
    traced(story, systemd, work)


try:
    main()
except (Refuted, database.Failed) as refuted:
    print(f"FAILED  {refuted}", flush=True)
    sys.exit(1)
