"""The systems that are compared: how each is started, tuned, measured and stopped, and what cannot be measured.

Every server is the one that its package brings, in a directory of its own, on a free port of the loopback, with the
settings that its documentation recommends for keeping what it acknowledged.
"""

import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "load"))
import rig  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
JAVA_LIBRARIES = pathlib.Path("/usr/share/java")
GO_SOURCES = pathlib.Path("/usr/share/gocode")


class Missing(Exception):
    """Something of the system is not installed; the text says what."""


class Failed(Exception):
    """A driver or server did not do its work; the text has its words."""


def program(*names):
    """The first that is there."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise Missing(f"{names[-1]} is not installed")


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class System:
    """One server with its driver. `name` is shown; `skips` has the workloads it has no counterpart for, and why."""

    name = ""
    skips = {}
    speaks_resp = False

    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        self.port, self.process = rig.free_port(), None

    def prepare(self):
        """Builds the driver. Raises Missing."""

    def command(self):
        """Of the server."""
        raise NotImplementedError

    def driver(self, workload):
        """The driver's command, without the options of the load."""
        raise NotImplementedError

    def options(self, workload, load):
        """As the driver names them; all drivers but one take them all."""
        return load

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen([str(part) for part in self.command()], cwd=self.directory,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + rig.PATIENCE_S
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{self.name} does not start: {(self.directory / 'server.log').read_text()[-500:]}")
            time.sleep(0.05)

    @contextlib.contextmanager
    def awake(self):
        """Between its turns a server is stopped, so that what it does on its own is not in another's figures."""
        self.process.send_signal(signal.SIGCONT)
        try:
            yield self
        finally:
            self.process.send_signal(signal.SIGSTOP)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def measure(self, workload, load):
        """The figures of one run, as `holdfast bench` prints them."""
        flags = [str(part) for name, value in self.options(workload, load).items() for part in (f"--{name}", value)]
        command = [str(part) for part in self.driver(workload)] + flags
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=3600)
        if not done.stdout.strip():  # with figures, a code other than 0 says what they say too
            raise Failed(f"{self.name}, {workload}, exit {done.returncode}: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)["workloads"][0]


class Holdfast(System):
    name = "Holdfast"
    speaks_resp = True

    def __init__(self, build, directory):
        super().__init__(build, directory)
        self.http = rig.free_port()

    def command(self):
        return [self.build / "holdfast", "serve", "--data", self.directory / "data", "--listen",
                f"127.0.0.1:{self.http}", "--resp-listen", f"127.0.0.1:{self.port}"]

    def driver(self, workload):
        return [self.build / "holdfast", "bench", "--resp", f"127.0.0.1:{self.port}", "--server",
                f"http://127.0.0.1:{self.http}", "--pid", self.process.pid, "--json", "-", "--workload", workload]


class Floor(System):
    """What the loopback and the load itself allow."""

    name = "a server that does nothing"
    speaks_resp = True
    skips = {"handover": "it makes nobody wait", "mixed": "it makes nobody wait", "watch": "it has no events",
             "hold": "it keeps nothing"}

    def command(self):
        return [self.build / "bench" / "floor_resp", self.port]

    def driver(self, workload):
        return [self.build / "holdfast", "bench", "--resp", f"127.0.0.1:{self.port}", "--json", "-", "--workload",
                workload]


class Redis(System):
    """SET NX PX, and a script that compares and deletes. No snapshots beside the log, so that it does one thing."""

    fsync = ""
    speaks_resp = True
    skips = {"watch": "its events are neither kept nor counted"}

    def prepare(self):
        program("redis-server")

    def command(self):
        return [program("redis-server"), "--port", self.port, "--bind", "127.0.0.1", "--dir", self.directory,
                "--appendonly", "yes", "--appendfsync", self.fsync, "--save", ""]

    def driver(self, workload):
        return [self.build / "bench" / "peers" / "redis_peer", "--resp", f"127.0.0.1:{self.port}", "--workload",
                workload]


class RedisAlways(Redis):
    name = "Redis, appendfsync always"
    fsync = "always"


class RedisEverysec(Redis):
    name = "Redis, appendfsync everysec"
    fsync = "everysec"


class Etcd(System):
    """One member on the local disk, with its defaults but room for what is measured."""

    recipe = ""

    def prepare(self):
        program("etcd")
        if not (GO_SOURCES / "src" / "go.etcd.io" / "etcd" / "clientv3").is_dir():
            raise Missing("golang-etcd-server-dev is not installed")
        build_once("etcd_peer", self.build, HERE / "etcd", self.build_driver)

    def build_driver(self, out):
        go = program("/usr/lib/go/bin/go", "go")
        env = {"PATH": "/usr/bin:/bin", "HOME": str(out.parent), "GO111MODULE": "off", "GOPATH": str(GO_SOURCES),
               "GOCACHE": str(out.parent / "go-cache"), "GOTOOLCHAIN": "local"}
        run_build([go, "build", "-o", out / "etcd_peer", "."], cwd=HERE / "etcd", env=env)

    def command(self):
        peer = rig.free_port()
        client, peer_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        return [program("etcd"), "--name", "bench", "--data-dir", self.directory / "data", "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer_url, "--initial-advertise-peer-urls",
                peer_url, "--initial-cluster", f"bench={peer_url}", "--quota-backend-bytes", 8 << 30, "--logger", "zap",
                "--log-level", "error"]

    def driver(self, workload):
        return [self.build / "bench" / "peers" / "etcd_peer" / "etcd_peer", "--endpoint", f"127.0.0.1:{self.port}",
                "--recipe", self.recipe, "--pid", self.process.pid, "--workload", workload]

    def options(self, workload, load):
        return {name: value for name, value in load.items() if name != "pipeline"}


class EtcdMutex(Etcd):
    name = "etcd, concurrency.Mutex"
    recipe = "mutex"


class EtcdTransaction(Etcd):
    name = "etcd, one transaction"
    recipe = "txn"
    skips = {"watch": "as with the recipe", "renew": "as with the recipe", "hold": "as with the recipe"}


class ZooKeeper(System):
    """One server that flushes each transaction (its default), as many connections as it likes."""

    name = "ZooKeeper, Curator's InterProcessMutex"
    skips = {"renew": "its sessions are kept by heartbeats, not by calls"}

    def prepare(self):
        program("java")
        for library in ("zookeeper", "curator-recipes"):
            if not (JAVA_LIBRARIES / f"{library}.jar").exists():
                raise Missing(f"{library}.jar is not installed")
        build_once("zookeeper_peer", self.build, HERE / "zookeeper", self.build_driver)

    @staticmethod
    def class_path(*first):
        names = ["slf4j-api", "slf4j-nop", "zookeeper", "zookeeper-jute", "netty-all", "metrics-core", "snappy-java",
                 "commons-io", "guava", "failureaccess", "curator-client", "curator-framework", "curator-recipes"]
        return ":".join([*map(str, first), *(str(JAVA_LIBRARIES / f"{name}.jar") for name in names)])

    def build_driver(self, out):
        run_build([program("javac"), "-cp", self.class_path(), "-d", out, *sorted((HERE / "zookeeper").glob("*.java"))])

    def command(self):
        config = self.directory / "zoo.cfg"
        config.write_text(f"tickTime=2000\ndataDir={self.directory}/data\nclientPort={self.port}\n"
                          "clientPortAddress=127.0.0.1\nmaxClientCnxns=0\nadmin.enableServer=false\n")
        return [program("java"), "-Xmx2g", "-cp", self.class_path(),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", config]

    def driver(self, workload):
        classes = self.build / "bench" / "peers" / "zookeeper_peer"
        return [program("java"), "-Xmx2g", "-cp", self.class_path(classes), "Peer", "--endpoint",
                f"127.0.0.1:{self.port}", "--pid", self.process.pid, "--workload", workload]

    def options(self, workload, load):
        return {name: value for name, value in load.items() if name not in ("pipeline", "leases")}


def run_build(command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command[:2]))}: {done.stdout[-1000:]}")


def build_once(name, build, sources, build_driver):
    """Into a directory of the build, unless what is there is newer than the sources."""
    out = build / "bench" / "peers" / name
    stamp = out / "built"
    newest = max(file.stat().st_mtime for file in sources.iterdir())
    if stamp.exists() and stamp.stat().st_mtime > newest:
        return
    out.mkdir(parents=True, exist_ok=True)
    build_driver(out)
    stamp.touch()


SYSTEMS = [Holdfast, RedisAlways, RedisEverysec, EtcdMutex, EtcdTransaction, ZooKeeper, Floor]
