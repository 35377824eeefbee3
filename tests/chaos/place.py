"""Where a run takes place: a network of its own, a small disk of its own, a wall clock of its own, as far as allowed."""

import contextlib
import os
import shutil
import struct
import subprocess
import sys

MARK = "HOLDFAST_CHAOS_NAMESPACE"


def enter_namespaces():
    """Mounts and packet filters vanish with this process, however it ends. Where even users may not have namespaces,
    it goes on without."""
    if MARK in os.environ:
        return
    for flags in (["-m", "-n", "--propagation", "private"], ["-r", "-m", "-n"]):
        if subprocess.run(["unshare", *flags, "true"], capture_output=True).returncode == 0:
            os.environ[MARK] = "1"
            os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    os.environ[MARK] = ""


def has_namespaces():
    return bool(os.environ.get(MARK))


def bring_up_loopback():
    return has_namespaces() and run_quietly("ip", "link", "set", "lo", "up")


def run_quietly(*command, **options):
    """Whether it could be run and succeeded."""
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, **options).returncode == 0
    return False


class Disk:
    """An ext4 on a loop file, a tmpfs where there are no loop devices, or only a directory, which cannot be filled."""

    BYTES = 160 << 20

    def __init__(self, scratch):
        self.path = scratch / "disk"
        self.path.mkdir()
        image = scratch / "disk.img"
        with open(image, "wb") as file:
            file.truncate(self.BYTES)
        run_quietly("mkfs.ext4", "-q", "-F", "-m", "0", image)
        mounts = (["-o", "loop", image], ["-t", "tmpfs", "-o", f"size={self.BYTES}", "tmpfs"])
        self.small = has_namespaces() and any(run_quietly("mount", *mount, self.path) for mount in mounts)

    def fill(self):
        with open(self.path / "filler", "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)
            with contextlib.suppress(OSError):
                os.fsync(file.fileno())

    def make_room(self):
        (self.path / "filler").unlink(missing_ok=True)

    def close(self):
        if self.small:
            subprocess.run(["umount", "-l", self.path], check=False)


class WallClock:
    """The server's, which wall_clock.cc shifts by what stands in a file."""

    def __init__(self, scratch, library):
        self.can_jump = library.exists()
        self.file = scratch / "wall-clock"
        self.jump(0)
        self.env = {"LD_PRELOAD": str(library), "HOLDFAST_WALL_CLOCK": str(self.file)} if self.can_jump else {}

    def jump(self, seconds):
        """At once, and away from the true time; not from where it is."""
        if not self.file.exists():
            self.file.write_bytes(bytes(8))
        with open(self.file, "r+b", buffering=0) as file:
            file.write(struct.pack("=q", seconds))


class PacketFilter:
    """Drops packets of the server's port, before TCP sees them."""

    def __init__(self, port):
        self.port = port
        self.usable = has_namespaces() and bool(shutil.which("nft")) and self._nft("add table inet chaos")

    def drop(self, towards, percent):
        """`towards` the "server" or the "client"."""
        end = {"server": "dport", "client": "sport"}[towards]
        share = f"numgen random mod 100 < {percent} " if percent < 100 else ""
        self._nft(f"add chain inet chaos {end} {{ type filter hook input priority 0; }}")
        assert self._nft(f"add rule inet chaos {end} tcp {end} {self.port} {share}drop"), "nft refuses a rule"

    def heal(self, towards):
        self._nft(f"flush chain inet chaos {({'server': 'dport', 'client': 'sport'}[towards])}")

    @staticmethod
    def _nft(command):
        return run_quietly("nft", command)
