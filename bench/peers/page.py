"""The tables of a comparison as Markdown, between two marks of a page whose words stay as they are."""

BEGIN = "<!-- figures: written by ./dev bench --peers -->"
END = "<!-- end of figures -->"

TITLES = {
    "alone": ("One client, pairs", "`uncontended` with a single client: what one acquire costs when nobody shares its flush."),
    "uncontended": ("Pairs of free keys", "`uncontended`: each client acquires and releases random keys that nobody else uses."),
    "handover": ("One key that all want", "`handover`: the wait is from asking to having; the hand-over from sending a release to "
                 "the grant of one that waited. Where nobody can wait in line nothing is handed over: whoever has just let go "
                 "takes the key again while the others sleep, so grants are many and go to few."),
    "renew": ("Renewals", "`renew`: each client renews 16 leases in turn."),
    "mixed": ("A mixture", "`mixed`: of 100 turns 70 pairs, 20 renewals, 5 shared holds and 5 waits for 4 keys, where the system "
              "has them."),
    "watch": ("Pairs that are watched", "`watch`: 16 watchers see every event of the pairs."),
}

# What must never be: fencing tokens that did not grow, events that a watcher did not get.
FAULTS = ("broken_tokens", "missed_events")

# The verbs whose times a table shows; first the one that answers its question.
SHOWN = {"handover": ["handover", "acquire"], "renew": ["renew"]}


def time_text(us):
    if us is None:
        return "–"
    if us < 1000:
        return f"{us:.0f} µs"
    return f"{us / 1000:.1f} ms" if us < 100_000 else f"{us / 1e6:.2f} s"


def count_text(value):
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"


def ratio_text(value):
    return "–" if value is None else f"{value:.2f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def notes_of(figures):
    more, notes = figures["more"], []
    if more.get("most_grants"):
        notes.append(f"grants of a client: {count_text(more['fewest_grants'])} to {count_text(more['most_grants'])}")
    if more.get("refused_attempts"):
        notes.append(f"{count_text(more['refused_attempts'])} refused attempts")
    if more.get("ratio_to_unwatched"):
        notes.append(f"{more['ratio_to_unwatched']:.2f} of the rate without watchers, "
                     f"{count_text(more['events_per_second'])} events/s")
    notes += [f"{name.replace('_', ' ')}: {count_text(more[name])}" for name in FAULTS
              if more.get(name)]
    notes += [f"{count} × {word}" for word, count in figures["errors"].items()]
    return "; ".join(notes)


def workload_section(name, by_system):
    title, words = TITLES[name]
    verbs = SHOWN.get(name, ["acquire"])
    titles = {"acquire": "wait" if name == "handover" else "acquire", "handover": "hand-over", "renew": "renew"}
    rows = []
    for system, figures in by_system.items():
        row = [system, count_text(figures["per_second"]), ratio_text(figures["ratio"])]
        for verb in verbs:
            by_chance = verb == "handover" and figures["more"].get("refused_attempts")
            times = {} if by_chance else figures["latencies"].get(verb, {})
            row.append(" / ".join(time_text(times.get(key)) for key in ("p50_us", "p99_us", "p999_us")) if times else "–")
        rows.append([*row, notes_of(figures)])
    operation = next(iter(by_system.values()))["operation"]
    header = ["system", f"{operation}/s", "ratio", *(f"{titles[verb]} p50 / p99 / p99.9" for verb in verbs), ""]
    return f"### {title}\n\n{words}\n\n{table(header, rows)}"


def redis_benchmark_section(median):
    names = [name for name in median if name.startswith("redis-benchmark")]
    if not names:
        return ""
    every = list(dict.fromkeys(system for name in names for system in median[name]))
    rows = []
    for system in every:
        row = [system]
        for name in names:
            one = median[name].get(system)
            row.append("–" if one is None else f"{count_text(one['per_second'])} ({ratio_text(one['ratio'])}), "
                       f"{time_text(one['p50_us'])} / {time_text(one['p99_us'])}")
        rows.append(row)
    header = ["system", *(name.removeprefix("redis-benchmark ") for name in names)]
    return ("### redis-benchmark\n\n`redis-benchmark -c C -P P SET lock:__rand_int__ v NX PX 30000`: requests a second (ratio), "
            f"p50 / p99.\n\n{table(header, rows)}")


def hold_section(hold):
    rows = [[system, count_text(figures["operations"]), count_text(figures["more"].get("bytes_per_lock", 0)),
             count_text(figures["per_second"])] for system, figures in hold.items()]
    return ("### Many locks at once\n\n`hold`: resident memory of the server, before and after.\n\n"
            + table(["system", "locks", "bytes a lock", "locks/s"], rows)) if rows else ""


def settings_section(report):
    m, s, disk = report["machine"], report["settings"], report["disk"]
    used, stolen = report["rounds_used"], report["stolen_percent"]
    lines = [
        f"{report['at'][:10]}, {m['version']}, commit {m['commit']}. {m['cpu']}, {m['cores']} processors, "
        f"{m['memory_gib']} GiB, {m['kernel']}, {m['disk']}; clients and servers on the same machine.",
        f"{s['clients']} clients, {s['rounds']} rounds of {s['seconds']:g} s for each figure, {used} of them used; stolen "
        f"processor time in them {min(stolen):.1f} to {max(stolen):.1f} %.",
        f"The raw floor: 4 KiB to the disk take {disk['direct_p50_us']:.0f} µs with `O_DIRECT|O_DSYNC` and "
        f"{disk['fdatasync_p50_us']:.0f} µs with `fdatasync` (medians).",
    ]
    if report["versions"]:
        lines.append("Debian packages: " + ", ".join(f"{name} {version}" for name, version in report["versions"].items()) + ".")
    lines += [f"Not measured: {name} ({why})." for name, why in report["missing"].items()]
    skipped = [f"{name}: {', '.join(f'no `{workload}` ({why})' for workload, why in skips.items())}"
               for name, skips in report["skips"].items() if skips]
    lines += ["Without a counterpart: " + "; ".join(skipped) + "."] if skipped else []
    return "\n\n".join(lines)


def tables(report):
    median = report["median"]
    sections = [settings_section(report)]
    sections += [workload_section(name, median[name]) for name in TITLES if name in median]
    sections += [redis_benchmark_section(median), hold_section(report["hold"])]
    return "\n\n".join(section for section in sections if section)


def write(file, text):
    """Between the marks of the page."""
    before, _, rest = file.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
