"""Licences and sources of all dependencies, by the lists of deny.toml.

    python3 .ci/dependencies.py

The part of `cargo deny check` that needs nothing but cargo and Python; vulnerabilities need `cargo deny check advisories`.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# Those that give a file in place of a name.
BY_THEIR_FILES = {"cfg_block": "Apache-2.0"}


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be satisfied by allowed licences."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def alternatives() -> bool:
        result = all_of()
        while words and words[0] == "OR":
            words.pop(0)
            result = all_of() or result
        return result

    def all_of() -> bool:
        result = one()
        while words and words[0] == "AND":
            words.pop(0)
            result = one() and result
        return result

    def one() -> bool:
        if words[0] == "(":
            words.pop(0)
            result = alternatives()
            words.pop(0)
            return result
        name = words.pop(0)
        if words and words[0] == "WITH":
            name = " ".join([name, words.pop(0), words.pop(0)])
        return name in allowed

    return alternatives()


def main() -> int:
    deny = tomllib.loads((ROOT / "deny.toml").read_text())
    allowed = set(deny["licenses"]["allow"])
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages = [package for package in json.loads(metadata.stdout)["packages"] if package["source"] is not None]
    faults = []
    for package in packages:
        name = f"{package['name']} {package['version']}"
        licence = package["license"] or BY_THEIR_FILES.get(package["name"], "none")
        if not is_allowed(licence, allowed):
            faults.append(f"{name}: licence {licence} is not among those of deny.toml")
        if package["source"] != CRATES_IO:
            faults.append(f"{name}: from {package['source']}, not from the registry")
    print("\n".join(faults) or f"{len(packages)} dependencies: licences and sources are as deny.toml allows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
