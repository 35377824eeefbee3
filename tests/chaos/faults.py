"""The faults. Each does one thing to the cell (cell.py) and takes it back; what dies meanwhile is started again when
all are healed. A new one is a class here and a place in FAULTS."""

import os
import shutil
import signal
import subprocess
import time


class Fault:
    kind = ""  # of those that exclude each other in a pair
    longer_than_ttl = False  # has to last that long to mean anything

    @classmethod
    def missing(cls, cell):
        """What this machine lacks for it; None: nothing."""
        return None

    def inject(self, cell):
        raise NotImplementedError

    def heal(self, cell):
        """Must do no harm when the server died of another fault."""


class Kill(Fault):
    """kill -9 of the server."""

    def inject(self, cell):
        cell.signal_server(signal.SIGKILL)


class Terminate(Fault):
    """SIGTERM to the server."""

    def inject(self, cell):
        cell.signal_server(signal.SIGTERM)


class ServerPause(Fault):
    """SIGSTOP of the server."""

    longer_than_ttl = True

    def inject(self, cell):
        cell.signal_server(signal.SIGSTOP)

    def heal(self, cell):
        cell.signal_server(signal.SIGCONT)


class ClientPause(Fault):
    """SIGSTOP of a process full of clients that hold locks."""

    longer_than_ttl = True

    def inject(self, cell):
        self.process = cell.loads[0].process
        self.process.send_signal(signal.SIGSTOP)

    def heal(self, cell):
        self.process.send_signal(signal.SIGCONT)


class Partition(Fault):
    """Nothing gets through; connections stay, and what was sent comes later."""

    longer_than_ttl = True
    to_server = to_client = True

    def inject(self, cell):
        cell.proxy.to_server.stalled |= self.to_server
        cell.proxy.to_client.stalled |= self.to_client

    def heal(self, cell):
        cell.proxy.heal()


class PartitionToServer(Partition):
    """Requests do not get through; answers to earlier ones do."""

    to_client = False


class PartitionToClient(Partition):
    """Requests are carried out, and nobody hears of it."""

    to_server = False


class LostReplies(Fault):
    """Requests are delivered; of the replies some are lost with their connections."""

    def inject(self, cell):
        cell.proxy.to_client.lose_percent = 20

    def heal(self, cell):
        cell.proxy.heal()


class CutFrames(Fault):
    """Connections break in the middle of what is sent, both ways."""

    def inject(self, cell):
        cell.proxy.to_server.cut_percent = cell.proxy.to_client.cut_percent = 10

    def heal(self, cell):
        cell.proxy.heal()


class SlowNetwork(Fault):
    """Everything is late, each piece by itself."""

    def inject(self, cell):
        cell.proxy.to_server.delay_s = cell.proxy.to_client.delay_s = 0.4

    def heal(self, cell):
        cell.proxy.heal()


class PacketsDropped(Fault):
    """A partition under TCP instead of above it."""

    longer_than_ttl = True
    towards, percent = ("server", "client"), 100

    @classmethod
    def missing(cls, cell):
        return None if cell.packets.usable else "network namespace with nft"

    def inject(self, cell):
        for end in self.towards:
            cell.packets.drop(end, self.percent)

    def heal(self, cell):
        for end in self.towards:
            cell.packets.heal(end)


class PacketsToServerDropped(PacketsDropped):
    """One way only."""

    towards = ("server",)


class PacketsToClientDropped(PacketsDropped):
    """The other way only."""

    towards = ("client",)


class PacketLoss(PacketsDropped):
    """Some get lost."""

    percent = 20


class ClockForward(Fault):
    """The server's wall clock jumps a day ahead, and back."""

    kind = "clock"
    offset_s = 86_400

    @classmethod
    def missing(cls, cell):
        return None if cell.clock.can_jump else "a build without sanitizers"

    def inject(self, cell):
        cell.clock.jump(self.offset_s)

    def heal(self, cell):
        cell.clock.jump(0)


class ClockBack(ClockForward):
    """The other way round."""

    offset_s = -86_400


class DiskFull(Fault):
    """Not a byte is left."""

    @classmethod
    def missing(cls, cell):
        return None if cell.disk.small else "the right to mount a small disk"

    def inject(self, cell):
        cell.disk.fill()

    def heal(self, cell):
        cell.disk.make_room()


class SystemCalls(Fault):
    """System calls of the running server, tampered with by a strace that is attached meanwhile."""

    kind = "strace"
    inject_options = ()

    @classmethod
    def missing(cls, cell):
        return None if cell.can_trace else "strace that may attach"

    def inject(self, cell):
        self.strace = None
        pid = cell.server.process.pid
        options = [word for option in self.inject_options for word in ("-e", "inject=" + option)]
        calls = ",".join(sorted({call for option in self.inject_options for call in option.split(":")[0].split(",")}))
        self.strace = subprocess.Popen(["strace", "-f", "-qq", "-o", os.devnull, "-p", str(pid), "-e", "trace=" + calls,
                                        *options], stderr=subprocess.DEVNULL)
        time.sleep(0.2)  # it attaches

    def heal(self, cell):
        if self.strace is None:
            return
        self.strace.terminate()
        try:
            self.strace.wait(5)
        except subprocess.TimeoutExpired:  # it may wait forever for one that was killed meanwhile
            self.strace.kill()
            self.strace.wait()


class WriteError(SystemCalls):
    """EIO of a write."""

    inject_options = ("pwrite64:error=EIO:when=20+50",)


class NoSpaceError(SystemCalls):
    """ENOSPC of a write, where there was room."""

    inject_options = ("pwrite64:error=ENOSPC:when=20+50",)


class SyncError(SystemCalls):
    """EIO of syncs, which snapshots and new segments need."""

    inject_options = ("fsync,fdatasync:error=EIO",)


class SlowDisk(SystemCalls):
    """Each write and sync begins a quarter of a second late: who dies meanwhile has not written."""

    inject_options = ("pwrite64,fsync,fdatasync:delay_enter=250000",)


FAULTS = (Kill, Terminate, ServerPause, ClientPause, Partition, PartitionToServer, PartitionToClient, LostReplies,
          CutFrames, SlowNetwork, PacketsDropped, PacketsToServerDropped, PacketsToClientDropped, PacketLoss,
          ClockForward, ClockBack, DiskFull, WriteError, NoSpaceError, SyncError, SlowDisk)


def pairs(faults):
    """Every two that can be there at once."""
    return [(one, other) for at, one in enumerate(faults) for other in faults[at + 1:]
            if not one.kind or one.kind != other.kind]


def can_trace():
    """Whether a process may be traced here that is not a child."""
    if not shutil.which("strace"):
        return False
    with subprocess.Popen(["sleep", "0.3"]) as sleeper:
        return subprocess.run(["strace", "-qq", "-o", os.devnull, "-p", str(sleeper.pid)], capture_output=True).returncode == 0
