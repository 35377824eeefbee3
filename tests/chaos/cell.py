"""The server under test with everything around it that can be made to fail."""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess

import faults
import rig
from place import Disk, PacketFilter, WallClock
from proxy import Proxy

# Segments roll, are used again, and snapshots are written all the time.
SETTINGS = {"HOLDFAST_SEGMENT_SIZE": "2MiB", "HOLDFAST_SNAPSHOT_SIZE": "256KiB", "HOLDFAST_HISTORY_SIZE": "4MiB"}


class Cell:
    """Ends everything it began when it is closed. A forgetful one begins each start with an empty directory, as if it
    answered before anything is written: the rig must see that."""

    def __init__(self, scratch, seed, forgetful=False):
        self.forgetful = forgetful
        self.disk, self.clock = Disk(scratch), WallClock(scratch, rig.build / "tests" / "chaos" / "wall_clock.so")
        self.data = self.disk.path / "data"
        self.server = rig.Server(self.data, env={**SETTINGS, **self.clock.env})
        self.server.log = scratch / "server.log"  # not on the small disk
        self.packets = PacketFilter(self.server.port)
        self.proxy = Proxy(self.server.port, rig.free_port(), seed)
        self.can_trace = faults.can_trace()
        self.loads = []

    def close(self):
        for load in self.loads:
            load.process.kill()
            load.process.wait()
        self.server.stop()
        self.proxy.close()
        self.disk.close()

    def load(self, workload, **options):
        """Clients in a process of their own, behind the proxy."""
        self.loads.append(rig.Load(self.proxy.port, workload, **options))

    def is_running(self):
        return self.server.process is not None and self.server.process.poll() is None

    def signal_server(self, number):
        """To one that may have died of another fault."""
        if self.is_running():
            self.server.process.send_signal(number)

    def revive(self):
        """After all faults are gone: it runs, or runs again, and is ready."""
        self.signal_server(signal.SIGCONT)
        began = rig.raw_ns()
        while not self._is_ready():
            if not self.is_running():
                self.start()
            elif rig.raw_ns() - began > rig.PATIENCE_S * 1e9:
                raise AssertionError("the server does not recover: " + self.server.log_text()[-2000:])

    def begin_anew(self):
        self.server.process.kill()
        self.server.process.wait()
        shutil.rmtree(self.data)
        self.start()

    def start(self):
        if self.forgetful:
            shutil.rmtree(self.data, ignore_errors=True)
        self.server.start()

    def _is_ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            with contextlib.closing(self.server.client(timeout=2)) as client:
                return self.is_running() and client.request("GET", "/readyz").status == 200
        return False

    def stop(self, number):
        """SIGTERM or SIGKILL, and a look at what it left."""
        self.server.process.send_signal(number)
        self.server.process.wait(rig.PATIENCE_S)
        done = subprocess.run([rig.build / "holdfast", "verify", self.data], capture_output=True, text=True)
        return done.stderr if done.returncode != 0 else ""

    def snapshot(self):
        """The last entry that a snapshot covers."""
        with contextlib.closing(self.server.client()) as client:
            return client.request("GET", "/v1/status")["journal"]["snapshot_sequence"]

    def client(self, timeout=rig.PATIENCE_S):
        """Through the proxy, as the loads go."""
        return rig.Client(self.proxy.port, timeout)

    def environment(self):
        return dict(os.environ, HOLDFAST_SERVER=f"http://127.0.0.1:{self.proxy.port}")
