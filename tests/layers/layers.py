#!/usr/bin/env python3
"""The architecture as a table: what each folder of src/ may include besides itself.

Compares every #include "folder/..." of src/ with the table, and checks that the pure core touches no clock,
thread, socket, file or random source. Prints what breaks it, one line each, and fails."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

ALLOWED = {
    "base": set(),
    "store": {"base"},
    "lock": {"base"},
    "journal": {"base", "store"},
    "keeper": {"base", "lock", "journal"},
    "service": {"base", "lock", "journal", "keeper"},
    "api": {"base", "lock", "journal", "keeper", "service"},
    "client": {"base", "store"},
    "cli": {"base", "client"},
}

# serve composes the server; verify, restore and migrate work on journals that no server runs on; backup knows the
# format of what it gets.
COMPOSERS = {
    "cli/serve": {"lock", "journal", "keeper", "service", "api"},
    "cli/verify": {"journal"},
    "cli/backup": {"keeper"},
    "cli/restore": {"journal", "keeper", "lock"},
    "cli/migrate": {"journal", "keeper", "lock"},
    "cli/offline": {"journal", "keeper", "lock"},
}

# design.md section 1: decide and evolve are pure.
PURE = "lock"
IMPURE_HEADERS = re.compile(
    r"#include <(thread|mutex|atomic|condition_variable|fstream|iostream|filesystem|random|ctime|"
    r"sys/.*|unistd\.h|fcntl\.h|boost/asio.*|openssl/.*)>"
)
IMPURE_CALLS = re.compile(r"_clock::now|std::(rand|time|clock)\(|gettimeofday|clock_gettime")

MAX_LINES = 400


def allowed_for(path: pathlib.PurePosixPath) -> set:
    folder = path.parts[0]
    extra = set()
    for prefix, more in COMPOSERS.items():
        if str(path).startswith(prefix):
            extra |= more
    return ALLOWED[folder] | extra | {folder}


def faults():
    for file in sorted((ROOT / "src").rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        path = pathlib.PurePosixPath(file.relative_to(ROOT / "src"))
        text = file.read_text()
        if path.parts[0] not in ALLOWED:
            yield f"src/{path}: folder is not in the table"
            continue
        allowed = allowed_for(path)
        for number, line in enumerate(text.splitlines(), 1):
            included = re.match(r'#include "([^/"]+)/', line)
            if included and included[1] not in allowed:
                yield f"src/{path}:{number}: {path.parts[0]} must not include {included[1]}"
            if path.parts[0] == PURE and not path.stem.endswith("_test"):
                if IMPURE_HEADERS.search(line) or IMPURE_CALLS.search(line):
                    yield f"src/{path}:{number}: the core is pure: {line.strip()}"
        if text.count("\n") > MAX_LINES:
            yield f"src/{path}: {text.count(chr(10))} lines; split it by responsibility"


def main() -> int:
    found = list(faults())
    print("\n".join(found) or "layers: every include is in the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
