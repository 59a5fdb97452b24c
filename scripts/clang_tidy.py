#!/usr/bin/env python3
"""Runs clang-tidy over the sources of libgnutella and gnut, as many at once as there are processors.

    scripts/clang_tidy.py BUILD_DIRECTORY     which has a compile_commands.json

The build is a unity build: what takes the time are the headers of Boost, which several sources share then. A unit in
which nothing was found is not read again until a file of the project that is in it, its command line or .clang-tidy
changes: BUILD_DIRECTORY/clang-tidy keeps a mark for each.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TIDY = "clang-tidy-14"
ROOT = Path(__file__).resolve().parent.parent
CHECKED = ["libgnutella", "apps"]
# Findings count in sources and headers alike: the sources are included in the units.
FILES = "/(libgnutella/(src|include)|apps)/.*[.][ch]pp$"
# What a unit is made of.
NOT_IN_UNITS = "-bugprone-suspicious-include"


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def own_files(entry):
    """What the unit includes of the project itself, by the compiler's word; none if it does not compile."""
    command = shlex.split(entry["command"])
    output = command.index("-o")
    del command[output : output + 2]
    rule = run([*command, "-MM", "-MT", "x"], cwd=entry["directory"]).stdout
    names = rule.replace("\\\n", " ").split()[1:]
    return sorted(os.path.join(entry["directory"], name) for name in [*names, entry["file"]])


def fingerprint(entry, version):
    digest = hashlib.sha256()
    for part in (version, FILES, entry["command"], (ROOT / ".clang-tidy").read_text(encoding="utf-8")):
        digest.update(part.encode())
    for name in own_files(entry):
        digest.update(name.encode())
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()


def check(entry, build, version):
    """What clang-tidy has to say about a unit; empty if nothing."""
    name = str(Path(entry["file"]).relative_to(build))
    mark = build / "clang-tidy" / name.replace("/", "-")
    found = fingerprint(entry, version)
    if mark.is_file() and mark.read_text(encoding="utf-8") == found:
        return ""
    options = ["--quiet", "-p", str(build), f"--header-filter={FILES}", f"--checks={NOT_IN_UNITS}"]
    result = run([TIDY, *options, entry["file"]])
    if result.returncode == 0:
        mark.write_text(found, encoding="utf-8")
        return ""
    return result.stdout or result.stderr or f"{name}: clang-tidy ended with {result.returncode} and says nothing"


def main(build):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    tops = [build / top for top in CHECKED]
    entries = [
        entry
        for entry in entries
        if "Unity" in Path(entry["file"]).parts and any(Path(entry["file"]).is_relative_to(top) for top in tops)
    ]
    (build / "clang-tidy").mkdir(exist_ok=True)
    version = run([TIDY, "--version"]).stdout
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        findings = [text for text in pool.map(lambda entry: check(entry, build, version), entries) if text]
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"clang-tidy: {len(entries)} units, findings in {len(findings)}")
    return 1 if findings or not entries else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
