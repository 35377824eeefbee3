"""Measures Holdfast beside other systems, in turns, so that all see the same machine.

A round measures every system under every workload for a few seconds, beginning with another system each time. Each
figure is the median of the rounds, and each ratio the median of the ratios within a round. Rounds in which the host
took processor time away are left out where at least three others remain.
"""

import contextlib
import csv
import io
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import machine  # noqa: E402
import page  # noqa: E402
import systems  # noqa: E402

# Above this share of stolen processor time a round says little.
STOLEN_PERCENT = 1.0
ROUNDS_ENOUGH = 3

# name, workload, what differs from the load's usual settings
MEASUREMENTS = [
    ("alone", "uncontended", {"clients": 1}),
    ("uncontended", "uncontended", {}),
    ("handover", "handover", {}),
    ("renew", "renew", {}),
    ("mixed", "mixed", {}),
    ("watch", "watch", {}),
]

# clients, pipeline
REDIS_BENCHMARKS = [(64, 1), (64, 16), (256, 1)]
REDIS_COMMAND = ["SET", "lock:__rand_int__", "v", "NX", "PX", "30000"]
KEY_RANGE = 1_000_000_000  # so that nearly every SET takes a free lock

# Locks held at once: fewer where a million take long.
LOCKS = {"etcd": 100_000, "ZooKeeper": 100_000}


def say(text):
    print(text, file=sys.stderr, flush=True)


def answers_to(port, command):
    """The first line that a server says to a Redis command."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        words = "".join(f"${len(word)}\r\n{word}\r\n" for word in command)
        connection.sendall(f"*{len(command)}\r\n{words}".encode())
        return connection.recv(4096).decode().partition("\r\n")[0]


def redis_benchmark(system, clients, pipeline, seconds):
    """Requests a second and quantiles, or None where the server knows no such command."""
    if answers_to(system.port, ["SET", "lock:probe", "v", "NX", "PX", "1000"]).startswith("-"):
        return None
    requests = int(seconds * (60_000 if pipeline == 1 else 200_000))
    command = ["redis-benchmark", "-p", system.port, "-c", clients, "-P", pipeline, "-n", requests, "-r", KEY_RANGE,
               "--csv", *REDIS_COMMAND]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=600)
    rows = [row for row in csv.reader(io.StringIO(done.stdout)) if len(row) >= 8 and row[0] != "test"]
    if done.returncode != 0 or not rows:
        raise systems.Failed(f"redis-benchmark on {system.name}: {(done.stdout + done.stderr)[-300:]}")
    rate, _, _, p50, _, p99, worst = map(float, rows[-1][1:8])
    return {"per_second": rate, "p50_us": p50 * 1000, "p99_us": p99 * 1000, "max_us": worst * 1000}


def workloads_of(system, options):
    """Without those it has no counterpart for: names, and calls that give figures."""
    for name, workload, changes in MEASUREMENTS:
        if workload not in system.skips and (not options.only or name in options.only):
            load = {"clients": options.clients, "seconds": options.seconds, **changes}
            yield name, lambda workload=workload, load=load: system.measure(workload, load)


def redis_benchmarks_of(system, options):
    for clients, pipeline in REDIS_BENCHMARKS:
        yield (f"redis-benchmark c{clients} P{pipeline}",
               lambda c=clients, p=pipeline: redis_benchmark(system, c, p, options.seconds))


def figures_of(system, tasks):
    """Of one system in one round, by measurement. One that fails is said and left out; the others go on."""
    found = {}
    for name, measure in tasks:
        try:
            figures = measure()
        except (systems.Failed, subprocess.TimeoutExpired, OSError) as why:
            say(f"  {system.name}, {name}: FAILED: {why}")
            continue
        if figures:
            found[name] = figures
            faults = {**figures.get("errors", {}), **{name: figures.get("more", {}).get(name) for name in page.FAULTS
                                                      if figures.get("more", {}).get(name)}}
            errors = f", errors {faults}" if faults else ""
            say(f"  {system.name}, {name}: {figures['per_second']:.0f} {figures.get('operation', 'requests')} a second{errors}")
    return found


def turn_of(system, options, data):
    """redis-benchmark leaves locks behind that would expire in a later turn, so it gets a server of its own."""
    with system.awake():
        figures = figures_of(system, workloads_of(system, options))
    if not (system.speaks_resp and options.redis_benchmark):
        return figures
    fresh = type(system)(options.build, data / "fresh")
    with contextlib.closing(fresh):
        fresh.start()
        return figures | figures_of(fresh, redis_benchmarks_of(fresh, options))


def one_round(number, running, options, data):
    """Each system in turn, another one first each time."""
    with machine.Stolen() as stolen:
        first = number % len(running)
        figures = {system.name: turn_of(system, options, data) for system in running[first:] + running[:first]}
        disk = machine.disk_floor(options.build, data)
    return {"stolen_percent": stolen.percent, "disk": disk, "figures": figures}


@contextlib.contextmanager
def started(chosen, data, options):
    """The systems that run, asleep until their turn, and why others do not."""
    running, missing = [], {}
    with contextlib.ExitStack() as stops:
        for number, kind in enumerate(chosen):
            system = kind(options.build, data / str(number))
            stops.enter_context(contextlib.closing(system))
            try:
                system.prepare()
                system.start()
            except (systems.Missing, systems.Failed) as why:
                missing[system.name] = str(why)
                say(f"skipping {system.name}: {why}")
                continue
            with system.awake():
                running.append(system)
        if systems.Holdfast.name in missing:
            raise systems.Failed("there is nothing to compare with")
        yield running, missing


def measure_rounds(chosen, data, options):
    rounds = []
    with started(chosen, data, options) as (running, missing):
        for number in range(options.rounds):
            say(f"round {number + 1} of {options.rounds}")
            rounds.append(one_round(number, running, options, data))
            if rounds[-1]["stolen_percent"] > STOLEN_PERCENT:
                say(f"  {rounds[-1]['stolen_percent']:.1f} % of the processors' time was stolen")
    return rounds, missing


def measure_hold(chosen, data, options):
    """Bytes for each lock, of a server that has done nothing else."""
    found = {}
    for kind in chosen:
        if "hold" in kind.skips:
            continue
        locks = next((count for part, count in LOCKS.items() if part in kind.name), options.locks)
        try:
            with contextlib.closing(kind(options.build, data / "hold")) as system:
                system.prepare()
                system.start()
                time.sleep(1)  # what it allocates at its start is no lock's
                figures = system.measure("hold", {"clients": options.clients, "locks": min(locks, options.locks)})
        except (systems.Missing, systems.Failed) as why:
            say(f"{kind.name}, hold: FAILED: {why}")
            continue
        found[kind.name] = figures
        say(f"{kind.name}: {figures['more'].get('bytes_per_lock', 0):.0f} bytes for each of {figures['operations']} locks")
    return found


def quiet_rounds(rounds):
    quiet = [one for one in rounds if one["stolen_percent"] <= STOLEN_PERCENT]
    return quiet if len(quiet) >= min(ROUNDS_ENOUGH, len(rounds)) else rounds


def medians(rounds):
    """By measurement and system: medians of the rounds, and of the ratios to Holdfast within each."""
    found = {}
    for one in rounds:
        for system, by_measurement in one["figures"].items():
            for name, figures in by_measurement.items():
                found.setdefault(name, {}).setdefault(system, []).append((figures, one))
    return {name: {system: median_of(name, samples) for system, samples in by_system.items()}
            for name, by_system in found.items()}


def median_of(name, samples):
    def median(values):
        kept = [value for value in values if value is not None]
        return statistics.median(kept) if kept else None

    def ratio(figures, one):
        base = one["figures"].get(systems.Holdfast.name, {}).get(name)
        return figures["per_second"] / base["per_second"] if base and base["per_second"] else None

    first = samples[0][0]
    middle = {"per_second": median(figures["per_second"] for figures, _ in samples),
              "ratio": median(ratio(figures, one) for figures, one in samples), "rounds": len(samples)}
    if "latencies" not in first:
        return middle | {key: median(figures[key] for figures, _ in samples) for key in ("p50_us", "p99_us", "max_us")}
    errors = {}
    for figures, _ in samples:
        for word, count in figures["errors"].items():
            errors[word] = errors.get(word, 0) + count
    verbs = sorted({verb for figures, _ in samples for verb in figures["latencies"]})
    return middle | {
        "operation": first["operation"], "errors": errors,
        "latencies": {verb: {key: median(figures["latencies"].get(verb, {}).get(key) for figures, _ in samples)
                             for key in ("p50_us", "p99_us", "p999_us", "max_us")} for verb in verbs},
        "more": {key: median(figures["more"].get(key) for figures, _ in samples)
                 for key in sorted({key for figures, _ in samples for key in figures["more"]})}}


def versions():
    packages = ["redis-server", "redis-tools", "etcd-server", "golang-etcd-server-dev", "zookeeper",
                "libcurator-recipes-java"]
    found = {name: machine.said_by("dpkg-query", "-W", "-f", "${Version}", name) for name in packages}
    return {name: version for name, version in found.items() if version}


def choose(names):
    """The systems whose name has one of these words in it; Holdfast is always one."""
    return [kind for kind in systems.SYSTEMS
            if not names or kind is systems.Holdfast or any(name.lower() in kind.name.lower() for name in names)]


def run(options):
    """Measures, writes the JSON and the page, prints the page's tables. The exit code."""
    chosen = choose(options.systems)
    with tempfile.TemporaryDirectory(prefix="peers-", dir=options.data or options.build) as scratch:
        data = pathlib.Path(scratch)
        described = machine.describe(options.build, data)
        rounds, missing = measure_rounds(chosen, data, options)
        hold = {} if options.no_million else measure_hold(chosen, data, options)
    report = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": described, "versions": versions(),
              "settings": {"clients": options.clients, "seconds": options.seconds, "rounds": options.rounds},
              "missing": missing, "skips": {kind.name: kind.skips for kind in chosen},
              "rounds_used": len(quiet_rounds(rounds)), "stolen_percent": [one["stolen_percent"] for one in rounds],
              "disk": {key: statistics.median(one["disk"][key] for one in rounds) for key in rounds[0]["disk"]},
              "median": medians(quiet_rounds(rounds)), "hold": hold, "rounds": rounds}
    out = options.json or options.build / "bench" / "peers.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    tables = page.tables(report)
    print(tables)
    say(f"every round is in {out}")
    if options.page:
        page.write(options.page, tables)
        say(f"the tables are in {options.page}")
    return 0
