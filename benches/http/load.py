"""Drives one target with h2load and measures: speed, waiting times, and what the servers used meanwhile."""

import dataclasses
import re
import statistics
import subprocess

import usage
from servers import Failure

# The first run tells how fast a target is, the second brings everything to its usual state.
FIRST_CALLS_PER_CONNECTION = 10
WARM_UP_SECONDS = 1.0


@dataclasses.dataclass
class Run:
    """What one run measured. Times in microseconds, memory in bytes."""

    calls_per_second: float
    median: float
    ninety_ninth: float
    # Processor time for one call: the measured server's, the twin's, the load generator's.
    server_cpu: float
    twin_cpu: float
    generator_cpu: float
    resident: float
    # Share of all cores that went to anything else on the machine.
    disturbance: float


def median_of(runs):
    """The middle of several runs, each number for itself."""
    names = [field.name for field in dataclasses.fields(Run)]
    return Run(**{name: statistics.median(getattr(run, name) for run in runs) for name in names})


def _percentile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def send(target, connections, calls, log_file):
    """Sends `calls` requests over so many connections, each one at a time. Returns calls per second.

    Every answer must be a success of the known length. A gRPC failure has status 200 too, but carries no message, so
    the length tells it.
    """
    headers = [f"--header={name}: {value}" for name, value in target.headers.items()]
    command = ["h2load", f"--clients={connections}", f"--requests={calls}", f"--log-file={log_file}", *headers]
    if target.body_file:
        command.append(f"--data={target.body_file}")
    if not target.is_http2:
        command.append("--h1")
    log_file.unlink(missing_ok=True)
    done = subprocess.run([*command, target.url], capture_output=True, text=True, check=False)
    target.calls += calls
    output = done.stdout + done.stderr
    succeeded = re.search(r"(\d+) succeeded, 0 failed, 0 errored, 0 timeout", output)
    body_bytes = re.search(r"\((\d+)\) data", output)
    speed = re.search(r"finished in \S+, ([\d.]+) req/s", output)
    if not (succeeded and body_bytes and speed) or int(succeeded.group(1)) != calls:
        raise Failure(f"{target.name}, {connections} connections: not every call succeeded:\n{output}")
    if int(body_bytes.group(1)) != calls * target.answer_bytes:
        raise Failure(
            f"{target.name}, {connections} connections: {calls} answers have {body_bytes.group(1)} bytes "
            f"instead of {target.answer_bytes} each, so some are not the answer that was asked for"
        )
    return float(speed.group(1))


def _times(log_file, calls, name):
    """The duration of every call in microseconds, shortest first."""
    with open(log_file) as file:
        rows = [line.split("\t") for line in file]
    if len(rows) != calls or any(row[1] != "200" for row in rows):
        raise Failure(f"{name}: the load generator's log does not show {calls} answers with status 200")
    return sorted(int(row[2]) for row in rows)


def calls_for(target, connections, seconds, log_file):
    """How many calls take about so many seconds; finding out is the warm-up."""
    speed = send(target, connections, FIRST_CALLS_PER_CONNECTION * connections, log_file)
    for warm_up in (WARM_UP_SECONDS / 4, WARM_UP_SECONDS):
        speed = send(target, connections, max(connections, int(speed * warm_up)), log_file)
    return max(connections, int(speed * seconds))


def measure(target, servers, connections, seconds, log_file):
    """One run. `servers` are all that work: the target's own, the twin, and those that should be idle."""
    calls = calls_for(target, connections, seconds, log_file)
    before = {server.name: usage.cpu_seconds(server.process_id) for server in servers}
    busy, generator = usage.machine_busy_seconds(), usage.children_seconds()
    speed = send(target, connections, calls, log_file)
    generator = usage.children_seconds() - generator
    busy = usage.machine_busy_seconds() - busy
    used = {server.name: usage.cpu_seconds(server.process_id) - before[server.name] for server in servers}
    times = _times(log_file, calls, target.name)
    wall = calls / speed
    return Run(
        calls_per_second=speed,
        median=_percentile(times, 0.5),
        ninety_ninth=_percentile(times, 0.99),
        server_cpu=used[target.server.name] / calls * 1e6,
        twin_cpu=used["twin"] / calls * 1e6,
        generator_cpu=generator / calls * 1e6,
        resident=usage.resident_bytes(target.server.process_id),
        disturbance=max(0.0, busy - generator - sum(used.values())) / (wall * usage.CORES),
    )
