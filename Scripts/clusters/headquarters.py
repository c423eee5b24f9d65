"""The register's own commands, and how its offices and followers are let in."""
import concurrent.futures
import json
import pathlib

from processes import output

REFERENCE = pathlib.Path(__file__).resolve().parent.parent / "data/reference.jsonl"
# Followers that call with one replica's certificate: a server takes 64 connections of one, and after a failure all
# may come to the same.
A_REPLICA = 40
# Whoever enrols is served by few desks.
ENROLLING = 4


class Headquarters:
    """A register in a folder or in a database, and the commands that keep it."""

    def __init__(self, liaison, liaisond, folder, url=None):
        self.liaison, self.liaisond, self.folder = liaison, liaisond, folder
        self.where = ["--store", url] if url else ["-C", f"{folder}/hq"]
        # `init` and `serve` take a folder by its name.
        self.place = ["--store", url] if url else [f"{folder}/hq"]

    def run(self, *arguments):
        return output(self.liaisond, *arguments, *self.where)

    def make(self, shared):
        """A register with the reference records, and records that all offices edit; their codes."""
        output(self.liaisond, "init", *self.place)
        self.run("office", "add", "LYO", "--name", "Lyon")
        codes = [f"LYO-2026-{9000 + number}" for number in range(shared)]
        lines = [json.dumps({"kind": "action", "code": code, "fields": {
            "title": "Shared", "owner": "LYO", "status": "open"}}) + "\n" for code in codes]
        file = pathlib.Path(self.folder, "import.jsonl")
        file.write_text(REFERENCE.read_text() + "".join(lines))
        self.run("import", str(file), "--office", "LYO")
        return codes

    def let_in(self, address, offices, followers):
        """Clones a replica for each office, and as many for the followers as they need: two lists of folders."""
        watchers = [f"WATCH{number}" for number in range(-(-followers // A_REPLICA))]
        for office in [*offices, *watchers]:
            self.run("office", "add", office, "--name", office)

        def clone(office):
            line = self.run("office", "invite", office, "--address", address).strip()
            folder = f"{self.folder}/{office}"
            output(self.liaison, "clone", line, folder)
            return folder

        with concurrent.futures.ThreadPoolExecutor(ENROLLING) as pool:
            folders = list(pool.map(clone, [*offices, *watchers]))
        return folders[:len(offices)], folders[len(offices):]

    def digest(self):
        return json.loads(self.run("verify", "--json"))["digest"]

    def replica_digest(self, folder):
        return json.loads(output(self.liaison, "verify", "--json", "-C", folder))["digest"]

    def handed_back(self):
        """The entries that offices have handed back."""
        return json.loads(self.run("log", "--handed-back", "--json", "-n", "100000"))

    def heal(self, way):
        self.run("heal", way)
