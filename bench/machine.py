"""What a figure depends on besides the program: the machine, its disk, the commit, and who else used it meanwhile."""

import json
import pathlib
import platform
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Stolen:
    """Counts the processor time that other guests of the same host took while a block ran."""

    @staticmethod
    def ticks():
        """Stolen and all, of all processors since the machine started."""
        fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return fields[7], sum(fields)

    def __enter__(self):
        self.began = self.ticks()
        return self

    def __exit__(self, *_):
        stolen, ticks = self.ticks()
        self.percent = 100 * (stolen - self.began[0]) / max(1, ticks - self.began[1])


def disk_floor(build, data):
    """How long 4 KiB take to be on the disk, in the two ways a log has."""
    out = subprocess.run([str(build / "bench" / "floor_disk"), str(data), "1000"], check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def said_by(*command):
    """The first line of what a program says; empty without the program."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return ""
    return done.stdout.strip().partition("\n")[0]


def commit():
    """With a mark when files differ from it."""
    changed = said_by("git", "status", "--porcelain", "--untracked-files=no")
    return said_by("git", "rev-parse", "--short=12", "HEAD") + ("+changes" if changed else "")


def describe(build, data):
    cpu = [line.partition(": ")[2] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
           if line.startswith("model name")]
    memory = next(int(line.split()[1]) for line in pathlib.Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal:"))
    return {"cpu": cpu[0] if cpu else platform.machine(), "cores": max(1, len(cpu)), "memory_gib": round(memory / 2**20),
            "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
            "disk": " on ".join(said_by("findmnt", "-n", "-o", "FSTYPE,SOURCE", "--target", data).split()),
            "commit": commit(), "version": said_by(build / "holdfast", "--version")}
