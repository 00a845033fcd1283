#!/usr/bin/python3
"""
sbom.py BOM PACKAGES FILES: whether a CycloneDX document tells just what is in
the image.  PACKAGES: "name version architecture" of dpkg there; FILES: what
sha256sum says there of our own programs.
"""
import json
import re
import sys
from urllib.parse import unquote

PURL = re.compile(r"pkg:deb/debian/([^@]+)@([^?]+)\?arch=([a-z0-9]+)&distro=debian-\d+$")


def main(bom_path, packages_path, files_path):
    with open(bom_path, encoding="utf-8") as file:
        bom = json.load(file)
    assert bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.5"
    assert bom["version"] == 1 and bom["metadata"]["component"]["name"] == "huying"
    refs = [c["bom-ref"] for c in bom["components"]]
    assert len(refs) == len(set(refs)), "a bom-ref stands twice"
    ours = [c for c in bom["components"] if c["type"] == "application"]
    assert [c["name"] for c in ours] == ["huying"] and ours[0]["version"]
    told = set()
    for part in bom["components"]:
        if part["type"] != "library":
            continue
        found = PURL.match(part["purl"])
        assert found, part["purl"]
        name, version, arch = (unquote(g) for g in found.groups())
        assert (name, version) == (part["name"], part["version"]), part
        told.add((name, version, arch))
    with open(packages_path, encoding="utf-8") as file:
        there = {tuple(line.split()) for line in file}
    # Of this one two programs were unpacked; dpkg does not know it.
    client = {p for p in told if p[0] == "postgresql-client-15"}
    assert len(client) == 1, "pg_dump is of no package"
    assert told - client == there, told - client ^ there
    hashes = {c["name"]: c["hashes"][0]["content"] for c in ours[0]["components"]}
    with open(files_path, encoding="utf-8") as file:
        files = {line.split()[1]: line.split()[0] for line in file}
    assert len(files) >= 8 and hashes == files, hashes


main(*sys.argv[1:])
