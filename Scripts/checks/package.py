"""The package as `swift package dump-package` tells it: targets, groups, dependencies."""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Target:
    def __init__(self, dumped):
        self.name = dumped["name"]
        self.path = dumped.get("path") or ""
        self.is_test = dumped["type"] == "test" or self.path.startswith("Tests/")
        self.targets, self.products = [], []
        for dependency in dumped["dependencies"]:
            if "product" in dependency:
                self.products.append(dependency["product"][0])
            else:
                self.targets.append((dependency.get("target") or dependency["byName"])[0])

    @property
    def group(self):
        return self.path.split("/")[1]

    def files(self, *endings):
        folder = ROOT / self.path
        return sorted(f for f in folder.rglob("*") if f.suffix in endings)


def targets():
    dumped = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    if dumped.returncode:
        sys.exit(dumped.stderr.decode())
    return [Target(target) for target in json.loads(dumped.stdout)["targets"]]
