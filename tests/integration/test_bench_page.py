"""The arithmetic of ./dev bench --peers, and the tables it writes, on figures that were never measured."""

import sys

import pytest

from harness import ROOT

sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "peers")]
import compare  # noqa: E402
import page  # noqa: E402

DISK = {"direct_p50_us": 60.0, "fdatasync_p50_us": 70.0}


def figures(per_second, p50=100.0, errors=None, **more):
    times = {"p50_us": p50, "p99_us": 2 * p50, "p999_us": 3 * p50, "max_us": 4 * p50, "count": 1}
    return {"operation": "pairs", "per_second": per_second, "latencies": {"acquire": times}, "errors": errors or {},
            "more": more}


def one_round(holdfast, other, stolen=0.0, name="uncontended"):
    return {"stolen_percent": stolen, "disk": DISK,
            "figures": {"Holdfast": {name: figures(holdfast)}, "Other": {name: figures(other, errors={"GONE": 2})}}}


def test_ratios_are_taken_within_a_round():
    """The median of ratios, not the ratio of medians: rounds differ, and both systems saw the same one."""
    median = compare.medians([one_round(100, 50), one_round(1000, 500), one_round(10, 20)])["uncontended"]
    assert median["Holdfast"]["per_second"] == 100 and median["Holdfast"]["ratio"] == 1
    assert median["Other"]["per_second"] == 50 and median["Other"]["ratio"] == 0.5
    assert median["Other"]["errors"] == {"GONE": 6}
    assert median["Other"]["latencies"]["acquire"]["p999_us"] == 300


def test_a_measurement_that_failed_in_a_round():
    """It is missing there, and the others count."""
    half = one_round(100, 50)
    del half["figures"]["Holdfast"]["uncontended"]
    median = compare.medians([half, one_round(100, 70), one_round(100, 70)])["uncontended"]
    assert median["Other"]["rounds"] == 3 and median["Other"]["ratio"] == 0.7


@pytest.mark.parametrize("stolen, used", [
    ([0, 0, 0, 5], 3),  # a round that was disturbed is left out
    ([0, 0, 5, 5], 4),  # too few would remain
    ([5], 1),
])
def test_rounds_with_stolen_time(stolen, used):
    assert len(compare.quiet_rounds([one_round(1, 1, percent) for percent in stolen])) == used


def report(rounds):
    return {"at": "2026-11-22T11:40:00Z", "rounds": rounds, "median": compare.medians(rounds), "rounds_used": len(rounds),
            "machine": {"version": "holdfast 0.1.0", "commit": "abc", "cpu": "a cpu", "cores": 2, "memory_gib": 8,
                        "kernel": "Linux 6", "disk": "ext4 on /dev/vda"},
            "settings": {"clients": 64, "rounds": len(rounds), "seconds": 2.0}, "disk": DISK, "stolen_percent": [0.0],
            "versions": {"redis-server": "7"}, "missing": {"ZooKeeper": "java is not installed"},
            "skips": {"Other": {"watch": "it has no events"}, "Holdfast": {}},
            "hold": {"Holdfast": figures(10_000, bytes_per_lock=338.4) | {"operations": 1_000_000}}}


def test_the_tables_stand_between_their_marks(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(f"before\n{page.BEGIN}\nearlier figures\n{page.END}\nafter\n")
    page.write(file, page.tables(report([one_round(12_000, 6_000)])))
    text = file.read_text()
    assert text.startswith(f"before\n{page.BEGIN}\n") and text.endswith(f"{page.END}\nafter\n") and "earlier figures" not in text
    assert "| Holdfast | 12,000 | 1.00 | 100 µs / 200 µs / 300 µs |  |" in text
    assert "| Other | 6,000 | 0.50 | 100 µs / 200 µs / 300 µs | 2 × GONE |" in text
    assert "ZooKeeper (java is not installed)" in text and "no `watch` (it has no events)" in text
    assert "| Holdfast | 1,000,000 | 338 | 10,000 |" in text
    page.write(file, "new")
    assert file.read_text() == f"before\n{page.BEGIN}\n\nnew\n\n{page.END}\nafter\n"


def test_the_page_of_this_project_has_the_marks():
    text = (ROOT / "docs" / "benchmarks.md").read_text()
    assert text.count(page.BEGIN) == 1 and text.count(page.END) == 1 and text.index(page.BEGIN) < text.index(page.END)


def test_nothing_is_handed_over_where_nobody_waits():
    rounds = [one_round(100, 900, name="handover")]
    rounds[0]["figures"]["Other"]["handover"]["more"] = {"refused_attempts": 5.0, "fewest_grants": 0.0, "most_grants": 80.0}
    (line,) = [line for line in page.tables(report(rounds)).splitlines() if line.startswith("| Other | 900")]
    assert line == "| Other | 900 | 9.00 | – | 100 µs / 200 µs / 300 µs | grants of a client: 0 to 80; 5 refused attempts; 2 × GONE |"
