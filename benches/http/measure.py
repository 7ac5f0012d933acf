"""Measures the gateway beside nginx and beside calling Close directly.

Started by `./bench http`; README.md explains what is measured.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import accounts
import load
import machine
import profiling
import report
import servers
import targets
import usage

HERE = pathlib.Path(__file__).parent
ROUNDS = 3
# How often a round measures each target with so many connections, and for what part of `--seconds`. With one, which
# processor the kernel wakes a thread on makes more difference than any program, and holds for seconds: more and shorter
# runs meet more of it.
TURNS = {1: (4, 0.5), 16: (1, 1), 64: (1, 1)}
ACCOUNTS = 100_000
CREATED_THROUGH_THE_DOOR = 500
IDENTIFIER = "benchmark"


def say(text):
    print(text, file=sys.stderr, flush=True)


def fill(data, latch):
    """Stores the accounts; returns a sentence about how."""
    gateway = data.serve()
    try:
        speed = accounts.create_through_the_door(gateway, CREATED_THROUGH_THE_DOOR)
    finally:
        gateway.stop()
    present = accounts.copy_rows(data.database, IDENTIFIER, ACCOUNTS)
    return (
        f"{present:,} of the {ACCOUNTS:,} accounts were made with the program itself, {CREATED_THROUGH_THE_DOOR} of "
        f"them through `get_or_create`, one after the other, {speed:,.0f} a second; the others are copies of one row."
    )


def measure_all(ways, running, seconds, log_file):
    """Three rounds of everything, in turns, so that a disturbance does not meet one target alone."""
    runs = {connections: {way.name: [] for way in ways} for connections in TURNS}
    for number in range(ROUNDS):
        for connections, (turns, part) in TURNS.items():
            for way in ways * turns:
                run = load.measure(way, running, connections, seconds * part, log_file)
                runs[connections][way.name].append(run)
                say(
                    f"round {number + 1}, {connections:2} connections, {way.name:10} "
                    f"{run.calls_per_second:8,.0f} calls/s, p50 {run.median:6,.0f} µs, "
                    f"{run.server_cpu:4.0f} µs CPU, others {run.disturbance:.0%}"
                )
    return runs


def check_record(data, ways):
    """Every call that the load generator made must be in the gateway's record, as a success."""
    sent = sum(way.calls for way in ways if way.server.name == "gateway")
    recorded = accounts.recorded_calls(data.database)
    if list(recorded.values()) != [sent]:
        raise servers.Failure(f"{sent} calls were sent, but the record has {recorded}")
    return f"All {sent:,} calls through the gateway succeeded and are in its record."


def summary(runs, peak, facts, notes):
    """The whole report. `facts` are rows about the machine, `notes` sentences about this run."""
    middle = {c: {name: load.median_of(rounds) for name, rounds in by.items()} for c, by in runs.items()}
    spread = {
        c: {
            name: [pick(run.calls_per_second for run in rounds) for pick in (min, max)]
            for name, rounds in by.items()
        }
        for c, by in runs.items()
    }
    disturbances = sorted(run.disturbance for by in runs.values() for rounds in by.values() for run in rounds)
    facts = [
        *facts,
        (
            "cores used by other programs",
            f"{disturbances[len(disturbances) // 2]:.0%} in the middle run, {disturbances[-1]:.0%} in the worst",
        ),
    ]
    parts = [
        report.description(facts),
        "\n".join(notes),
        "## Goals\n\n" + report.goals(middle, ACCOUNTS, peak),
        "## Measured\n\n" + report.tables(middle, spread),
    ]
    return "\n\n".join(parts)


def run(options, latch, folder):
    facts = [*machine.describe(latch, folder), ("load average before", f"{machine.load_average():.2f}")]
    log_file = folder / "calls.tsv"
    started = []
    try:
        twin = servers.start_twin(latch, folder)
        started.append(twin)
        data = servers.DataFolder(latch, folder, twin, IDENTIFIER)
        say(f"storing {ACCOUNTS:,} accounts")
        notes = [fill(data, latch)]
        nginx = servers.start_nginx(folder, twin)
        started.append(nginx)
        gateway = data.serve()
        started.append(gateway)
        ways = targets.make_targets(folder, twin, nginx, gateway, IDENTIFIER)
        expected = targets.first_lead_id(twin)
        for way in ways:
            way.check(expected)
        runs = measure_all(ways, started, options.seconds, log_file)
        peak = usage.peak_resident_bytes(gateway.process_id)
        gateway.stop()
        notes.append(check_record(data, ways))
        lengths = (
            f"{ROUNDS * turns} runs of {options.seconds * part:g} s at {connections}"
            for connections, (turns, part) in TURNS.items()
        )
        notes.append(f"Each number is the median of {', '.join(lengths)} connections.")
        if options.profile:
            data.latch = os.path.abspath(os.environ.get("LATCH_PROFILE_BIN", latch))
            profiling.profile(folder, data, (twin, nginx), expected, options.seconds, HERE / "PROFILE.md")
    finally:
        for server in reversed(started):
            server.stop()
    return summary(runs, peak, facts, notes)


def main():
    parser = argparse.ArgumentParser(prog="./bench http", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="how long each run takes")
    parser.add_argument("--save", action="store_true", help="write RESULTS.md")
    parser.add_argument("--profile", action="store_true", help="write PROFILE.md")
    options = parser.parse_args()
    latch = os.path.abspath(os.environ["LATCH_BIN"])
    with tempfile.TemporaryDirectory(prefix="latch-bench-") as folder:
        try:
            text = run(options, latch, pathlib.Path(folder))
        except (servers.Failure, OSError, subprocess.SubprocessError) as failure:
            sys.exit(f"The benchmark is not valid: {failure}")
    print(text)
    if options.save:
        (HERE / "RESULTS.md").write_text(f"{report.HEADING}\n\n{text}\n")


if __name__ == "__main__":
    main()
