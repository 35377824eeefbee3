#!/usr/bin/python3
"""Cuts the power under a journal, again and again, and looks for what was lost.

An ext4 image on a loop file, mounted with a commit interval far longer than a run, is the disk. A writer
works on it and reports each entry when it was acknowledged. Killing it ends the process; copying the image
while it is still mounted ends the power: what nobody synced is in the page cache of the mounted file system
and not in the copy, file names included. The copy is then mounted, the journal opened, and everything that was
acknowledged compared: entries, snapshots, objects. The next cut goes on from the copy, so that recoveries pile up on one journal.

The rig cannot see a write that reached the disk's own volatile cache and was never flushed: a loop file has
none. It prints `powercut: N cuts, L lost` (L counts acknowledged entries and snapshots that were missing or
altered, and counts a journal that did not open as all of its entries). The line after it says what was under way when
the power went.

The writer is a command with two verbs, `write DIR SEED [SABOTAGE]` and `check DIR`, whose lines are described
in powercut_writer.cc; `--writer` points the rig at another program.
"""

import argparse
import collections
import contextlib
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
IMAGE_BYTES = 56 << 20
NAMESPACE_MARK = "HOLDFAST_POWERCUT_NAMESPACE"


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def skip(reason):
    print("powercut: SKIPPED, mounts are refused here")
    print(reason, file=sys.stderr)
    sys.exit(SKIPPED)


def enter_namespace():
    """Mounts in a namespace of our own vanish with this process, however it ends."""
    if NAMESPACE_MARK in os.environ:
        return
    if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("unshare -m failed")
    os.environ[NAMESPACE_MARK] = "1"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])


class Disk:
    """An image file, mounted on a directory while it is used."""

    def __init__(self, scratch):
        self.image = os.path.join(scratch, "disk.img")
        self.copy = os.path.join(scratch, "after-the-cut.img")
        self.mountpoint = os.path.join(scratch, "mnt")
        os.mkdir(self.mountpoint)

    def format(self):
        with open(self.image, "wb") as image:
            image.truncate(IMAGE_BYTES)
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)

    def mount(self):
        try:
            run("mount", "-o", "loop,commit=300", self.image, self.mountpoint)
        except (OSError, subprocess.CalledProcessError) as error:
            skip(getattr(error, "stderr", error))
        return os.path.join(self.mountpoint, "data")

    def unmount(self):
        run("umount", self.mountpoint)

    def cut_power(self):
        """The image as it is now becomes the disk; what the mounted one still writes is nobody's."""
        run("cp", "--sparse=always", self.image, self.copy)
        self.unmount()
        os.replace(self.copy, self.image)


class History:
    """What was acknowledged, and what a recovered journal is compared with."""

    def __init__(self):
        self.entries = {}
        self.last = 0
        self.snapshot = None
        self.objects = {}

    def note(self, lines):
        for line in lines:
            words = line.split()
            if words[0] == "A":
                self.last = int(words[1])
                self.entries[self.last] = words[2]
            elif words[0] == "S":
                self.snapshot = max(self.snapshot or 0, int(words[1]))
            elif words[0] == "O":
                self.objects[words[1]] = words[2]
            elif words[0] == "R":
                self.objects.pop(words[1], None)

    def compare(self, lines):
        """The descriptions of everything lost or altered in what `check` told."""
        first, last, snapshot, found, objects = 1, 0, None, {}, {}
        for line in lines:
            words = line.split()
            if words[0] == "H":
                first, last = int(words[1]), int(words[2])
            elif words[0] == "E":
                found[int(words[1])] = words[2]
            elif words[0] == "S":
                snapshot = int(words[1])
            elif words[0] == "O":
                objects[words[1]] = words[2]
        lost = [f"entry {number}" for number, digest in sorted(self.entries.items())
                if number >= first and found.get(number) != digest]
        lost += [f"entry {number}, read as head and not there" for number in range(first, last + 1)
                 if number not in found]
        if self.snapshot is not None and (snapshot is None or snapshot < self.snapshot):
            lost.append(f"snapshot {self.snapshot}")
        if first > (snapshot or 0) + 1:
            lost.append(f"entries {(snapshot or 0) + 1} to {first - 1}, trimmed without a snapshot")
        lost += [f"object {name}" for name, digest in self.objects.items() if objects.get(name) != digest]
        # An entry that was in flight at the cut may be there; from now on it is history like every other.
        self.entries = dict(found)
        self.last = last
        self.objects = objects
        return lost


def under_way(lines):
    """What had begun and not ended."""
    active = set()
    for line in lines:
        word, _, what = line.partition(" ")
        if word == "begin":
            active.add(what)
        elif word == "end":
            active.discard(what)
    return active


def whole_lines(data):
    return data.decode().rpartition("\n")[0].splitlines()


def write_until_killed(command, directory, seed, sabotage, moment):
    """Runs the writer, kills it `moment` seconds after its first acknowledgement, and returns its lines."""
    with tempfile.TemporaryFile() as output:
        arguments = [*command, "write", directory, str(seed), *([sabotage] if sabotage else [])]
        writer = subprocess.Popen(arguments, stdout=output, start_new_session=True)
        deadline = time.monotonic() + 60
        while os.fstat(output.fileno()).st_size == 0:
            if writer.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.002)
        time.sleep(moment)
        ended_by_itself = writer.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
        if ended_by_itself:
            sys.exit(f"powercut: the writer ended by itself with {writer.returncode}")
        output.seek(0)
        return whole_lines(output.read())


def one_cut(disk, command, history, seed, sabotage):
    """Returns (entries acknowledged, what was cut, list of losses)."""
    chance = random.Random(seed)
    directory = disk.mount()
    lines = write_until_killed(command, directory, seed, sabotage, chance.uniform(0.01, 1.2))
    history.note(lines)
    disk.cut_power()
    checked = subprocess.run([*command, "check", disk.mount()], capture_output=True, check=False)
    disk.unmount()
    acknowledged = sum(1 for line in lines if line.startswith("A"))
    if checked.returncode != 0:
        reason = checked.stderr.decode().strip()
        every = [f"{reason} (entry {number})" for number in sorted(history.entries)]
        return acknowledged, under_way(lines), every or [reason]
    return acknowledged, under_way(lines), history.compare(whole_lines(checked.stdout))


def parse_arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=0, help="go on for so long instead")
    parser.add_argument("--seed", type=int, default=1, help="of the first cut; cut N uses seed + N")
    parser.add_argument("--writer", default=os.path.join(here, "powercut_writer"), help="a command")
    parser.add_argument("--sabotage", nargs="?", const="writes", default="",
                        help="handed to the writer: `writes` or `names` are then not synced")
    parser.add_argument("--expect-loss", action="store_true",
                        help="stop at the first loss, and succeed only when there was one")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    enter_namespace()
    command = shlex.split(arguments.writer)
    scratch = tempfile.mkdtemp(prefix="holdfast-powercut-")
    cuts, lost, acknowledged, cut_short = 0, 0, 0, collections.Counter()
    end = time.monotonic() + arguments.seconds
    try:
        disk = Disk(scratch)
        disk.format()
        history = History()
        while cuts < arguments.cuts if not arguments.seconds else time.monotonic() < end:
            seed = arguments.seed + cuts
            entries, cut, losses = one_cut(disk, command, history, seed, arguments.sabotage)
            acknowledged += entries
            cut_short.update(cut)
            lost += len(losses)
            cuts += 1
            if losses and arguments.expect_loss:
                break
            if losses:
                print(f"cut with --seed {seed}: {len(losses)} lost, first: {losses[0]}", file=sys.stderr)
                disk.format()
                history = History()
    finally:
        subprocess.run(["umount", os.path.join(scratch, "mnt")], stderr=subprocess.DEVNULL)
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"powercut: {cuts} cuts, {lost} lost")
    during = ", ".join(f"{what} {count}" for what, count in sorted(cut_short.items()))
    print(f"{acknowledged} entries acknowledged; cuts during: {during}", file=sys.stderr)
    failed = (lost == 0) if arguments.expect_loss else (lost > 0)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
