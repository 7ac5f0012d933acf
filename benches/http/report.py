"""Turns measurements into the tables and goals that people read, as Markdown."""

HEADING = """# The gateway beside nginx: results

Written by `./bench http --save`; README.md says what is measured and how the tables are read. The load generator, the
twin and the server measured share the cores of one machine. Where nothing is idle, calls/s therefore say how much
processor time a call takes in all three together, and a slow twin makes every ratio look better than it is."""

# What the gateway is held to. Memory in bytes, time in microseconds.
THROUGHPUT_SHARE_OF_NGINX = 0.5
ADDED_MEDIAN = 120
RESIDENT_BYTES = 64e6

BUSY = 64
QUIET = 1


def _table(head, rows):
    alignment = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, alignment, *rows])


def _speed_table(connections, results, spread):
    """`results` has the middle of the runs by the target's name, `spread` the slowest and the fastest run."""
    head = (
        "",
        "calls/s",
        "slowest and fastest run",
        "of nginx",
        "of direct",
        "p50 µs",
        "added at p50 µs",
        "p99 µs",
    )
    direct, nginx = results["direct"], results["nginx"]
    rows = []
    for name, run in results.items():
        slowest, fastest = spread[name]
        rows.append(
            (
                name,
                f"{run.calls_per_second:,.0f}",
                f"{slowest:,.0f} to {fastest:,.0f}",
                f"{run.calls_per_second / nginx.calls_per_second:.2f}",
                f"{run.calls_per_second / direct.calls_per_second:.2f}",
                f"{run.median:,.0f}",
                f"{run.median - direct.median:,.0f}",
                f"{run.ninety_ninth:,.0f}",
            )
        )
    title = f"### {connections} connection{'s' if connections > 1 else ''}"
    return f"{title}\n\n{_table(head, rows)}"


def _cost_table(connections, results):
    head = ("", "CPU µs per call", "of nginx", "twin's CPU µs", "load generator's CPU µs", "memory after it, MB")
    nginx = results["nginx"]
    rows = []
    for name, run in results.items():
        of_nginx = f"{run.server_cpu / nginx.server_cpu:.1f}" if nginx.server_cpu else "-"
        own = (f"{run.server_cpu:.0f}", of_nginx, f"{run.twin_cpu:.0f}")
        if name == "direct":
            # There is no server between: what is measured is the twin.
            own = ("-", "-", f"{run.twin_cpu:.0f}")
        rows.append((name, *own, f"{run.generator_cpu:.0f}", f"{run.resident / 1e6:.1f}"))
    return f"### {connections} connections: what a call costs\n\n{_table(head, rows)}"


def _goal(met, text, measured):
    return f"- {'pass' if met else 'MISS'}: {text}; measured {measured}"


def goals(middle, accounts, peak):
    """One line for each goal. `peak` is the gateway's highest resident memory over all runs."""
    busy, quiet = middle[BUSY], middle[QUIET]
    share = busy["Latch REST"].calls_per_second / busy["nginx"].calls_per_second
    added = quiet["Latch REST"].median - quiet["direct"].median
    return "\n".join(
        (
            _goal(
                share >= THROUGHPUT_SHARE_OF_NGINX,
                f"at {BUSY} connections, calls/s of Latch REST are at least {THROUGHPUT_SHARE_OF_NGINX} of nginx's",
                f"{share:.2f}",
            ),
            _goal(
                added <= ADDED_MEDIAN,
                f"at {QUIET} connection, p50 of Latch REST minus p50 of direct is at most {ADDED_MEDIAN} µs",
                f"{added:.0f} µs",
            ),
            _goal(
                peak <= RESIDENT_BYTES,
                f"with {accounts:,} accounts stored, the gateway's resident memory is at most {RESIDENT_BYTES / 1e6:.0f} MB",
                f"{peak / 1e6:.1f} MB at its peak",
            ),
        )
    )


def tables(middle, spread):
    """All tables; both arguments are by connections, then by the target's name."""
    parts = [_speed_table(connections, middle[connections], spread[connections]) for connections in middle]
    parts.append(_cost_table(BUSY, middle[BUSY]))
    return "\n\n".join(parts)


def description(rows):
    """What the result belongs to."""
    return _table(("machine and programs", ""), rows).replace("---:", "---")
