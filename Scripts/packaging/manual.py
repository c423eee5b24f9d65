"""Makes a manual page, in mdoc(7), of what a command says of itself.

The texts are those of its help (`--experimental-dump-help`); what no help has, as files and the
environment, stands in `manual.mdoc` beside the package's other parts.
"""
import datetime
import json
import re
import subprocess
from pathlib import Path

BESIDE = Path(__file__).parent
SECTIONS = {"liaison": 1, "liaisond": 8}
# Names of macros within a line of one would be taken for them.
NEVER_MACRO = re.compile(r"^[A-Z%][A-Za-z0-9]{1,2}$|^[^\w\s]$")


def text(words):
    """A text for a line that is not a macro's."""
    words = words.replace("\\", "\\e")
    return "\\&" + words if words.startswith((".", "'")) else words


def sentences(words):
    """One a line, so that the page spaces them alike."""
    return re.split(r"(?<=[.]) (?=[A-Z`*])", words)


def argument(word):
    """A word for a macro's line."""
    word = word.replace("\\", "\\e").replace('"', '""')
    if NEVER_MACRO.match(word):
        word = "\\&" + word
    return f'"{word}"' if " " in word or '""' in word else word


def is_own(of):
    """Whether it is the command's: help and version are the parser's."""
    names = {name["name"] for name in of.get("names", [])}
    return of["shouldDisplay"] and not names & {"help", "version"}


def spelled(of, between="|"):
    """`Fl n | Fl Fl note Ar note`, `Ar code`, as macros take it."""
    names = sorted(of.get("names", []), key=lambda name: name["kind"] != "short")
    flags = f" {between} ".join(
        ("Fl " if name["kind"] == "short" else "Fl Fl ") + argument(name["name"])
        for name in names)
    value = "" if of["kind"] == "flag" else f"Ar {argument(of['valueName'])}"
    return " ".join(filter(None, [flags, value]))


def synopsis(of):
    """One option or argument in a synopsis."""
    more = " ..." if of["isRepeating"] else ""
    return f".Op {spelled(of)}{more}" if of["isOptional"] else f".{spelled(of)}{more}"


def discussion(words):
    """Paragraphs; what is indented is printed as it is."""
    lines, inside = [], False
    for line in words.rstrip().splitlines():
        if line.startswith("  ") != inside:
            inside = not inside
            if inside and lines and lines[-1] == ".Pp":
                lines.pop()
            lines.append(".Bd -literal -offset indent" if inside else ".Ed")
        if line.strip():
            lines += [text(line[2:])] if inside else map(text, sentences(line))
        elif not inside and lines:
            lines.append(".Pp")
    if inside:
        lines.append(".Ed")
    return [line for line, next in zip(lines, lines[1:] + [".Pp"]) if (line, next) != (".Pp", ".Pp")]


def arguments(command):
    """What each of its options and arguments is for."""
    own = [of for of in command.get("arguments", []) if is_own(of)]
    if not own:
        return []
    lines = [".Bl -tag -width Ds"]
    for of in own:
        said = of.get("abstract", "")
        if of.get("defaultValue"):
            said += f" Default: {of['defaultValue']}"
        lines += [f".It {spelled(of, ',')}", *map(text, sentences(said))]
    return lines + [".El"]


def subcommands(command, path):
    """A section for each command, and for those below it."""
    for each in command.get("subcommands", []):
        if each["commandName"] == "help":
            continue
        name = f"{path} {each['commandName']}"
        yield f".Ss {name}"
        yield text(each["abstract"])
        below = [c for c in each.get("subcommands", []) if c["commandName"] != "help"]
        if not below:
            yield ".Bd -ragged -offset indent"
            yield f".Nm {' '.join('Cm ' + argument(w) for w in name.split()[1:])}"
            yield from (synopsis(of) for of in each.get("arguments", []) if is_own(of))
            yield ".Ed"
        if each.get("discussion"):
            yield ".Pp"
            yield from discussion(each["discussion"])
        described = arguments(each)
        if described:
            yield from described
        yield from subcommands(each, name)


def exit_status(words):
    """The sentence on exit codes, as a list; and the rest of the text."""
    found = re.search(r"\n*Exit codes: (.*)\.\s*", words, re.S)
    lines = [".Sh EXIT STATUS", ".Bl -tag -width Ds"]
    for code in found[1].replace("\n", " ").split(", "):
        number, meaning = code.split(" ", 1)
        lines += [f".It {number}", text(meaning[0].upper() + meaning[1:] + ".")]
    return lines + [".El"], words[:found.start()] + "\n" + words[found.end():]


def manual(binary, epoch):
    """The page of a command, as of a time."""
    dump = subprocess.run(
        [binary, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    command = json.loads(dump)["command"]
    name = command["commandName"]
    date = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    status, description = exit_status(command["discussion"])
    files, see = (BESIDE / name / "manual.mdoc").read_text().split(".Sh SEE ALSO")
    abstract = command["abstract"].rstrip(".")
    lines = [
        f".Dd {date:%B} {date.day}, {date.year}",
        f".Dt {name.upper()} {SECTIONS[name]}",
        ".Os",
        ".Sh NAME",
        f".Nm {name}",
        f".Nd {abstract[0].lower() + abstract[1:]}",
        ".Sh SYNOPSIS",
        ".Nm", ".Op Fl C Ar folder", ".Ar command", ".Op Ar argument ...",
        ".Nm", ".Fl Fl help | Fl Fl version",
        ".Sh DESCRIPTION",
        *discussion(description),
        ".Pp",
        "With", ".Fl C", "before the command it works as if it was started in that folder.",
        ".Sh COMMANDS",
        *subcommands(command, name),
        *files.splitlines(),
        *status,
        ".Sh SEE ALSO" + see,
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    import os
    import sys
    print(manual(sys.argv[1], int(os.environ.get("SOURCE_DATE_EPOCH", "0"))), end="")
