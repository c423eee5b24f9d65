"""Whether a server lives within what its unit allows: its calls, watched by strace, against the unit's filter.

No systemd runs here that would refuse them.
"""
import re

from debian import claim


class Filter:
    """The calls that `SystemCallFilter` lines allow, by the sets that systemd-analyze prints."""

    def __init__(self, debian, lines):
        self.debian = debian
        self.allowed = self.members("@default")
        for line in lines:
            named = set().union(*(self.members(word) for word in line.removeprefix("~").split()))
            self.allowed = self.allowed - named if line.startswith("~") else self.allowed | named

    def members(self, name):
        if not name.startswith("@"):
            return {name}
        lines = self.debian.run("systemd-analyze", "syscall-filter", name).splitlines()
        words = [line.split("#")[0].strip() for line in lines]
        return set().union(*(self.members(word) for word in words if word and word != name))


def check(debian, unit, trace):
    """Checks what strace has written since the command itself was executed."""
    lines = trace.read_text(errors="replace").splitlines()
    # What stands before it is chroot's.
    begin = next(i for i, line in enumerate(lines) if f'execve("{unit.words[0]}"' in line)
    calls, cut, writable = set(), set(), []
    for line in lines[begin + 1:]:
        found = re.match(r"(?:\d+ +)?(?:(\w+)\(|<\.\.\. (\w+) resumed)", line)
        if not found:
            continue
        if "PROT_EXEC" in line and (found[1] != "mmap" or "PROT_WRITE" in line):
            writable.append(line)
        if line.endswith("<unfinished ...>"):
            cut.add(found[1])
        elif not re.search("= -1 (EPERM|EACCES)", line):
            # One that is refused already, as libdispatch's for a higher priority, is no worse off.
            calls.add(found[1] or found[2])
        cut.discard(found[2])
    calls |= cut
    refused = calls - Filter(debian, unit.settings["SystemCallFilter"]).allowed
    claim(f"the server made {len(calls)} different calls, and its unit allows them all",
          len(calls) > 30 and not refused, refused)
    claim("it makes no memory executable that it could write", not writable, writable[:3])
    families = {found[1] for line in lines[begin:] if (found := re.search(r"socket\((AF_\w+)", line))}
    allowed = set(unit.settings["RestrictAddressFamilies"][0].split())
    claim(f"its sockets are {' '.join(sorted(families))}, and its unit allows them",
          families and families <= allowed, families)
