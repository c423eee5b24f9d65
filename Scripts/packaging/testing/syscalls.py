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


class Trace:
    """What strace has written since a program was executed; what stands before it is chroot's."""

    def __init__(self, file, program):
        lines = file.read_text(errors="replace").splitlines()
        begin = next(i for i, line in enumerate(lines) if f'execve("{program}"' in line)
        self.lines = lines[begin + 1:]
        self.calls, cut, self.writable = set(), set(), []
        for line in self.lines:
            found = re.match(r"(?:\d+ +)?(?:(\w+)\(|<\.\.\. (\w+) resumed)", line)
            if not found:
                continue
            if "PROT_EXEC" in line and (found[1] != "mmap" or "PROT_WRITE" in line):
                self.writable.append(line)
            if line.endswith("<unfinished ...>"):
                cut.add(found[1])
            elif not re.search("= -1 (EPERM|EACCES)", line):
                # One that is refused already, as libdispatch's for a higher priority, is no worse off.
                self.calls.add(found[1] or found[2])
            cut.discard(found[2])
        self.calls |= cut

    def refused(self, debian, unit):
        return self.calls - Filter(debian, unit.settings["SystemCallFilter"]).allowed


def check(debian, unit, file):
    """Checks the calls of a server."""
    trace = Trace(file, unit.words[0])
    refused = trace.refused(debian, unit)
    claim(f"the server made {len(trace.calls)} different calls, and its unit allows them all",
          len(trace.calls) > 30 and not refused, refused)
    claim("it makes no memory executable that it could write", not trace.writable, trace.writable[:3])
    families = {found[1] for line in trace.lines if (found := re.search(r"socket\((AF_\w+)", line))}
    allowed = set(unit.settings["RestrictAddressFamilies"][0].split())
    claim(f"its sockets are {' '.join(sorted(families))}, and its unit allows them",
          families and families <= allowed, families)


def check_condition(debian, unit, file):
    """Checks the calls of what the unit looks for before it starts."""
    trace = Trace(file, unit.expanded(unit.settings["ExecCondition"][0])[0])
    refused = trace.refused(debian, unit)
    claim(f"the unit's condition made {len(trace.calls)} different calls, and the unit allows them all",
          trace.calls and not refused and not trace.writable, (refused, trace.writable))
