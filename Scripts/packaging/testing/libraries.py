"""What the binaries load, against what their packages depend on and what the README says."""
import re
import subprocess

from debian import ROOT, claim

# The packages that have what they load, and how the README calls it.
NAMES = {
    "libsqlite3-0": "SQLite", "libprotobuf-c1": "protobuf-c", "zlib1g": "zlib", "libstdc++6": "C++ library",
    "libpq5": "libpq", "libssl3": "OpenSSL", "libgssapi-krb5-2": "Kerberos", "libldap-2.5-0": "LDAP"}
# Every Debian has these.
EVERYWHERE = {"libc6", "libgcc-s1"}
# What the scripts of a package need.
SCRIPTS = {"liaison": set(), "liaisond": {"passwd"}}


def loaded(debian, path):
    """The packages of the libraries that a file there names."""
    told = subprocess.run(["readelf", "-d", debian.file(path)], check=True, stdout=subprocess.PIPE, text=True)
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", told.stdout)
    found = debian.run("dpkg", "-S", *(f"*-linux-gnu/{name}" for name in names)).splitlines()
    lost = [name for name in names if not any(line.endswith(f"/{name}") for line in found)]
    claim(f"{path} names {len(names)} libraries, and each is of a package", names and not lost, lost)
    return {line.split(":")[0] for line in found}


def check(debian):
    every = set()
    for name, scripts in SCRIPTS.items():
        needed = loaded(debian, f"/usr/bin/{name}")
        depends = {part.split()[0] for part in
                   debian.run("dpkg-query", "-W", "-f", "${Depends}", name).split(",")}
        claim(f"{name} depends on what it loads: {' '.join(sorted(needed))}", depends == needed | scripts, depends)
        every |= needed
    every |= loaded(debian, debian.run("sh", "-c", "echo /usr/lib/*-linux-gnu/libpq.so.5").strip())
    claim("the README has a name for each of them, and of what libpq brings", every - EVERYWHERE == set(NAMES),
          every ^ set(NAMES))
    text = (ROOT / "README.md").read_text()
    section = " ".join(text[text.index("## Packages"):text.index("## Limits")].split())
    missing = [name for name in NAMES.values() if name not in section]
    claim("the README says what the binaries load", not missing, missing)
