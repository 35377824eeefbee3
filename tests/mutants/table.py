"""The table of mutants: table/*.toml, each entry a deliberate bug.

name      what HOLDFAST_MUTANT chooses it by
breaks    the promise of docs/reliability.md that it breaks
file      a source file, from the root of the project
original  text that stands in it exactly once
mutated   what takes its place; $ON is true while this bug is chosen, and without it the original must happen
"""

import pathlib
import tomllib
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Mutant:
    name: str
    breaks: int
    file: str
    original: str
    mutated: str

    @property
    def module(self):
        return "history" if self.file.startswith("src/service/history/") else self.file.split("/")[1]


class Drift(Exception):
    """A mutant does not fit the sources any more."""


def read():
    mutants = []
    for table in sorted((HERE / "table").glob("*.toml")):
        mutants += [Mutant(**entry) for entry in tomllib.loads(table.read_text())["mutant"]]
    names = [mutant.name for mutant in mutants]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Drift(f"more than one mutant is called {', '.join(twice)}")
    return mutants


def files(mutants):
    return sorted({mutant.file for mutant in mutants})


def mutate(file, mutants):
    """The text of the file with every choice between its original texts and their mutants in it."""
    text = (ROOT / file).read_text()
    spans = []
    for mutant in (mutant for mutant in mutants if mutant.file == file):
        found = text.count(mutant.original)
        if found != 1:
            raise Drift(f"{mutant.name}: {file} has its original text {found} times, not once: {mutant.original}")
        if "$ON" not in mutant.mutated:
            raise Drift(f"{mutant.name}: its mutated text has no $ON")
        at = text.index(mutant.original)
        spans.append((at, at + len(mutant.original), mutant))
    spans.sort(key=lambda span: span[0])
    pieces, done = ['#include "mutant.h"\n'], 0
    for begin, end, mutant in spans:
        if begin < done:
            raise Drift(f"{mutant.name}: its original text overlaps that of another mutant in {file}")
        choice = mutant.mutated.replace("$ON", f'::holdfast::mutant::on("{mutant.name}")')
        pieces += [text[done:begin], choice]
        done = end
    return "".join(pieces) + text[done:]
