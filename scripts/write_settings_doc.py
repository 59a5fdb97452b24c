#!/usr/bin/env python3
"""Writes docs/settings.md from the comments of settings.hpp, so that the two say the same.

    scripts/write_settings_doc.py           writes it
    scripts/write_settings_doc.py --check   fails when it is not what would be written
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = ROOT / "libgnutella/include/gnutella/settings.hpp"
PAGE = ROOT / "docs/settings.md"

INTRODUCTION = """# Settings

All that a `gnutella::Peer` can be told, with its default: every bound and every time that a program may have a reason to
change. What a protocol fixes, and how work is cut into pieces, are constants in the sources. Whatever is refused,
dropped or forgotten because of a bound is counted in `Status::counters`.

Open files have no setting of their own: each session, HTTP connection, search, upload and download has a few, and all of
these are bounded here. On the disk, a download takes the size of its file, and the state folder no more than
`max_state_size` and what SQLite keeps beside it.

This page is written from `libgnutella/include/gnutella/settings.hpp` by `scripts/write_settings_doc.py`.
"""

UNITS = {"std::chrono::milliseconds": " ms", "std::chrono::seconds": " s", "std::chrono::hours": " h"}
NAMED = {"default_port": "8025", "LogLevel::info": "info", "Role::ultrapeer": "ultrapeer", "Reachability::open": "open"}
FIELD = re.compile(r"(?P<type>.+?)\s+(?P<name>\w+)\s*(?:\{(?P<braced>.*)\}|=\s*(?P<assigned>.*))?;$")


def default_of(field):
    value = field["braced"] if field["braced"] is not None else field["assigned"]
    if not value:
        return "empty"
    value = NAMED.get(value, value.replace("'", ","))
    return value.strip('"') + UNITS.get(field["type"], "")


def page():
    lines = [INTRODUCTION]
    comment = []
    body = HEADER.read_text().split("struct Settings {", 1)[1]
    for line in map(str.strip, body.splitlines()):
        if line.startswith("// ----"):
            title = line.strip("/- ")
            lines.append(f"\n## {title[0].upper()}{title[1:]}\n\n| setting | default | what it is |\n|---|---|---|")
        elif line.startswith("///"):
            comment.append(line[3:].strip())
        elif line.startswith("}"):
            break
        elif field := FIELD.match(line):
            if not comment:
                sys.exit(f"{HEADER.name}: {field['name']} has no comment; say what it is, with its unit")
            lines.append(f"| `{field['name']}` | {default_of(field)} | {' '.join(comment)} |")
            comment = []
    return "\n".join(lines) + "\n"


def main():
    wanted = page()
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != wanted:
            sys.exit("docs/settings.md is out of date; run scripts/write_settings_doc.py")
        return
    PAGE.write_text(wanted)


main()
