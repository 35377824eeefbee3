#!/usr/bin/env python3
"""Writes the sources that have mutants, with those in them, below OUT; --list names the sources instead."""

import pathlib
import sys

import table


def main():
    try:
        mutants = table.read()
        if sys.argv[1] == "--list":
            print(";".join(table.files(mutants)), end="")
            return 0
        for file in table.files(mutants):
            copy = pathlib.Path(sys.argv[1]) / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = table.mutate(file, mutants)
            if not copy.exists() or copy.read_text() != text:
                copy.write_text(text)
    except table.Drift as drift:
        print(f"mutants: {drift}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
