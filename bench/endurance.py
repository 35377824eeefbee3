"""Whether a server is as fast and as small after long load as at its beginning: acquire and release by as many clients,
a minute at a time, each beside the same load on a server that does nothing."""

import contextlib
import json
import pathlib
import statistics
import tempfile

import machine
import systems

FLOOR_SECONDS = 5
WINDOW = 3  # minutes that are compared at both ends, behind one of warming up
FEWEST_MINUTES = 1 + 2 * WINDOW


def resident_bytes(pid):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


def one_minute(server, floor, options):
    idle = floor.measure("uncontended", {"clients": options.clients, "seconds": FLOOR_SECONDS})
    loaded = server.measure("uncontended", {"clients": options.clients, "seconds": 60 - FLOOR_SECONDS})
    acquire = loaded["latencies"]["acquire"]
    return {"pairs_per_s": loaded["per_second"], "ratio": loaded["per_second"] / idle["per_second"],
            "p50_us": acquire["p50_us"], "p99_us": acquire["p99_us"], "p999_us": acquire["p999_us"],
            "errors": sum(loaded["errors"].values()), "resident_bytes": resident_bytes(server.process.pid)}


def told(number, minute):
    return (f"minute {number:3}: {minute['pairs_per_s']:8.0f} pairs/s = {minute['ratio']:.3f} x the floor, p50 "
            f"{minute['p50_us']:.0f} us, p99 {minute['p99_us']:.0f} us, p99.9 {minute['p999_us']:.0f} us, "
            f"{minute['resident_bytes'] / 2**20:.1f} MiB, {minute['errors']} errors")


def compare_ends(minutes):
    """Of the last minutes to the first."""
    first, last = minutes[1:1 + WINDOW], minutes[-WINDOW:]
    return {name: statistics.median(minute[name] for minute in last) / statistics.median(minute[name] for minute in first)
            for name in ("ratio", "resident_bytes", "p99_us")}


def run(options):
    with (tempfile.TemporaryDirectory(prefix="bench-", dir=options.data or options.build) as scratch,
          contextlib.closing(systems.Holdfast(options.build, pathlib.Path(scratch) / "holdfast")) as server,
          contextlib.closing(systems.Floor(options.build, pathlib.Path(scratch) / "floor")) as floor):
        server.start()
        floor.start()
        minutes = []
        for number in range(max(FEWEST_MINUTES, options.endurance)):
            minutes.append(one_minute(server, floor, options))
            print(told(number + 1, minutes[-1]), flush=True)
        ends = compare_ends(minutes)
        print(f"the last {WINDOW} minutes of the first {WINDOW}, after one of warming up: speed {ends['ratio']:.3f} x, memory "
              f"{ends['resident_bytes']:.3f} x, p99 {ends['p99_us']:.3f} x")
        described = machine.describe(options.build, scratch)
    if options.json:
        options.json.write_text(json.dumps({"machine": described, "minutes": minutes, "ends": ends}, indent=1) + "\n")
    return 0
