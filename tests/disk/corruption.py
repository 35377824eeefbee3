#!/usr/bin/env python3
"""Damages the data directory of a real server, again and again, and sees whether anything wrong is believed.

A flipped bit, a sector of zeros or of noise, two blocks exchanged, a file cut short, a file gone: in the log, in
snapshots, in documents, in the marker. For each damage, on a copy of its own:

  - a server that starts shows exactly what was acknowledged; all but the last entry, where the last record was hit
  - a server that does not start names the file, the offset and the remedy, and leaves every byte as it was
  - `holdfast verify` calls damaged what a server refuses, and sound what it serves; it may know more: a server reads
    documents when they are asked for, and of the older snapshot no more than it needs

    corruption: N damages, 0 accepted wrongly

src/journal/file/damage_test.cc tries every bit of a small log; this is the whole program on a whole directory.
"""

import argparse
import collections
import hashlib
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from story import SMALL, Seen, Story, Told, Unreadable, losses, rig

SECTOR = 512
BLOCK = 4096


class Damage:
    """What is done to one file. `first` and `end` enclose the bytes that are no longer right."""

    def __init__(self, chance, file, content):
        self.file, self.content = file, content
        self.first, self.end = self.hit(chance)

    def hit(self, chance):
        raise NotImplementedError

    def apply(self, directory):
        (directory / self.file).write_bytes(self.content)

    def changed(self, original):
        return bytes(self.content) != original

    def __str__(self):
        return f"{type(self).__name__} of {self.file} at {self.first} to {self.end}"


def somewhere(chance, content):
    """Mostly where there is something, often at the front, where the headers are, or at the end of what there is."""
    used = max(1, len(content.rstrip(b"\0")))
    place = chance.random()
    if place < 0.2:
        return chance.randrange(min(len(content), BLOCK + 100))
    if place < 0.4:
        return max(0, used - 1 - chance.randrange(min(used, 2 * BLOCK)))
    return chance.randrange(used if place < 0.95 else len(content))


class FlippedBit(Damage):
    def hit(self, chance):
        at = somewhere(chance, self.content)
        self.content[at] ^= 1 << chance.randrange(8)
        return at, at + 1


class ZeroedSector(Damage):
    def hit(self, chance):
        at = somewhere(chance, self.content) // SECTOR * SECTOR
        end = min(at + SECTOR, len(self.content))
        self.content[at:end] = bytes(end - at)
        return at, end


class Noise(Damage):
    def hit(self, chance):
        at = somewhere(chance, self.content) // SECTOR * SECTOR
        end = min(at + SECTOR * chance.randrange(1, 9), len(self.content))
        self.content[at:end] = chance.randbytes(end - at)
        return at, end


class Exchange(Damage):
    """Two blocks change places, as by a disk that wrote to the wrong address."""

    def hit(self, chance):
        one, other = (somewhere(chance, self.content) // BLOCK * BLOCK for _ in range(2))
        if max(one, other) + BLOCK <= len(self.content):
            blocks = self.content[one:one + BLOCK], self.content[other:other + BLOCK]
            self.content[other:other + BLOCK], self.content[one:one + BLOCK] = blocks
        return min(one, other), max(one, other) + BLOCK


class CutShort(Damage):
    def hit(self, chance):
        before = len(self.content)
        del self.content[somewhere(chance, self.content):]
        return len(self.content), before


class Gone(Damage):
    def hit(self, chance):
        return 0, len(self.content)

    def apply(self, directory):
        (directory / self.file).unlink()

    def changed(self, original):
        return True


KINDS = {FlippedBit: 6, ZeroedSector: 4, Noise: 3, Exchange: 3, CutShort: 3, Gone: 1}
FILES = {"segment": 8, "snapshot": 5, "object": 2, "holdfast-journal": 1}


class Specimen:
    """A data directory as a killed server left it behind a grant, and what it says."""

    def __init__(self, scratch):
        self.data = scratch / "specimen"
        self.told = Told()
        with rig.Server(self.data, env=SMALL) as server:
            Story(server, self.told, "story").live(2)
            last = Story(server, self.told, "last")
            last.acquire("the very last")
            server.kill9()
        self.files = sorted(path.name for path in self.data.iterdir() if path.is_file() and path.name[:5] != "spare")
        self.last_segment = max(name for name in self.files if name.startswith("segment"))
        self.newest_snapshot = max(name for name in self.files if name.startswith("snapshot"))
        content = (self.data / self.last_segment).read_bytes()
        # Every record has the generation of its segment at its byte 8.
        self.records = [at for at in range(BLOCK, len(content), BLOCK) if content[at + 8:at + 16] == content[24:32]]
        self.last_record = self.records[-1]

    def damage(self, chance):
        """One that changes something."""
        while True:
            kind = chance.choices(list(KINDS), KINDS.values())[0]
            group = chance.choices(list(FILES), FILES.values())[0]
            name = chance.choice([file for file in self.files if file.startswith(group)])
            original = (self.data / name).read_bytes()
            damage = kind(chance, name, bytearray(original))
            if damage.changed(original):
                return damage

    def lose_tail(self, directory):
        """As a journal would that cuts its log at damage which is not at its end."""
        with open(directory / self.last_segment, "r+b") as file:
            zeros = bytes(file.seek(0, 2) - self.records[-2])
            file.seek(self.records[-2])
            file.write(zeros)

    def hits_last_record(self, damage):
        return damage.file == self.last_segment and damage.end > self.last_record


def fingerprint(directory):
    return {path.name: hashlib.blake2b(path.read_bytes()).digest() for path in directory.iterdir() if path.is_file()}


class Trial:
    """One damage on one copy; what is wrong with how it was taken."""

    def __init__(self, specimen, damage, data, lose_tail=False):
        self.specimen, self.damage, self.data, self.lose_tail = specimen, damage, data, lose_tail
        self.wrong = []

    def run(self):
        shutil.copytree(self.specimen.data, self.data)
        self.damage.apply(self.data)
        if self.lose_tail:
            self.specimen.lose_tail(self.data)
        verified = subprocess.run([rig.build / "holdfast", "verify", self.data], capture_output=True, text=True,
                                  timeout=120)
        before = fingerprint(self.data)
        server = rig.Server(self.data, env=SMALL)
        try:
            server.start()
        except AssertionError:
            self._refused(server, verified, before)
            return "refused"
        else:
            return self._served(server, verified)
        finally:
            server.stop()

    def _refused(self, server, verified, before):
        said = server.log_text()
        if server.process.poll() is None:
            self.wrong.append("does not become ready and does not end")
        if verified.returncode == 0:
            self.wrong.append(f"verify calls it sound, and a server refuses: {said.strip()[-300:]}")
        if fingerprint(self.data) != before:
            self.wrong.append("was refused and changed")
        named = self.damage.file in said or self.damage.file == "holdfast-journal" or isinstance(self.damage, Gone)
        placed = re.search(r"at offset \d+", said) or self.damage.file == "holdfast-journal" or "missing" in said
        if not named or not placed or not re.search("backup|holdfast verify|--data|newer", said):
            self.wrong.append(f"file, offset or remedy is not named: {said.strip()[-300:]}")

    def _served(self, server, verified):
        told = self.specimen.told
        seen = Seen(server, told.names_of_documents())
        lost = losses(told, seen)
        outcome = "served whole"
        if self.damage.file.startswith("object"):
            # The damage is told to whoever asks for the document, and to nobody else.
            unreadable = [name for name, data in seen.documents.items() if isinstance(data, Unreadable)]
            lost = [loss for loss in lost if not (unreadable and loss.startswith(f"document {unreadable[0]} "))]
            outcome = "document refused" if unreadable else outcome
        elif lost and self.specimen.hits_last_record(self.damage):
            allowed = "the very last was held", f"token {seen.next_token} after"
            lost = [loss for loss in lost if not loss.startswith(allowed)]
            outcome = "last record cut"
        self.wrong += [f"served, and {loss}" for loss in lost]
        if verified.returncode != 0 and not self._knows_more(verified.stderr):
            self.wrong.append(f"verify calls it damaged, and a server starts: {verified.stderr.strip()[:300]}")
        return outcome

    def _knows_more(self, said):
        for line in said.strip().splitlines():
            file = re.match(r"holdfast: damaged: (\S+)", line)
            needed = not file or not file[1].startswith(("object", "snapshot")) or file[1] == self.specimen.newest_snapshot
            if needed:
                return False
        return True


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", type=pathlib.Path, default=rig.build)
    arguments.add_argument("--damages", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=0, help="go on for so long instead")
    arguments.add_argument("--seed", type=int, default=1, help="of the first damage; damage N uses seed + N")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--sabotage", action="store_true",
                           help="take the last two records away too; succeed only when that is noticed")
    options = arguments.parse_args()
    rig.use_build(options.build.resolve())
    outcomes, wrong = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="holdfast-corruption-") as scratch:
        scratch = pathlib.Path(scratch)
        specimen = Specimen(scratch)
        end = rig.raw_ns() + options.seconds * 1e9

        def one(number):
            seed = options.seed + number
            damage = specimen.damage(random.Random(seed))
            place = scratch / f"copy{number}"
            trial = Trial(specimen, damage, place, options.sabotage)
            outcomes[trial.run()] += 1
            if trial.wrong:
                wrong.append(f"--seed {seed}: {damage}: " + "; ".join(trial.wrong[:3]))
            shutil.rmtree(place)
            pathlib.Path(f"{place}.log").unlink(missing_ok=True)

        done = 0
        with ThreadPoolExecutor(options.jobs) as pool:
            while done < options.damages or rig.raw_ns() < end:
                list(pool.map(one, range(done, done + 20)))
                done += 20
    for line in wrong[:20]:
        print("wrong:", line)
    kinds = ", ".join(f"{what} {count}" for what, count in sorted(outcomes.items()))
    print(f"corruption: {outcomes.total()} damages ({kinds}), {len(wrong)} accepted wrongly")
    return 1 if bool(wrong) != options.sabotage else 0


if __name__ == "__main__":
    sys.exit(main())
