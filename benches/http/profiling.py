"""Finds out where the gateway's processor time goes: samples of its stacks under load, summed by symbol and by area."""

import collections
import re
import signal
import subprocess

import load
import targets
from servers import Failure

CONNECTIONS = 64
SAMPLES_PER_SECOND = 997
TOP_SYMBOLS = 40
KERNEL_MARK = " [k]"

# A sample belongs to the area of the first pattern that a function of its stack fits, from the innermost function
# outwards. So a copy of bytes counts for whoever asked for it. What comes first here wins within one function.
AREAS = (
    ("SQLite", r"sqlite3|sqlx|libsqlite"),
    ("JSON: reading and writing", r"serde_json|\bserde::"),
    ("protobuf: messages and their JSON form", r"\bprost|prost_reflect|tonic_prost"),
    ("cryptography: tokens, seals, hashes", r"aws_lc|jsonwebtoken|EVP_|RSA_|SHA\d|aes_|rustls"),
    ("client side: request to Close", r"reqwest|hyper_util::client|hyper::client|latch_close"),
    ("gRPC server: HTTP/2 and tonic", r"\bh2::|tonic::"),
    ("HTTP server: hyper, axum, tower", r"\bhyper::|hyper_util::|\baxum|\btower|matchit"),
    ("logs, traces and metrics", r"tracing|opentelemetry|prometheus|latch_telemetry"),
    ("catalogue: arguments, requests, answers", r"latch_catalog"),
    ("vault", r"latch_vault"),
    ("gateway", r"latch_gateway"),
    ("doors", r"latch_api|latch_listener|latch_web"),
    ("tokio: tasks, waiting, waking", r"tokio::|\bmio::|parking_lot|futex|epoll"),
    ("memory: allocation", r"malloc|free|_int_|realloc|calloc"),
)

# The same for samples inside the kernel, where only the kernel's functions count.
KERNEL_AREAS = (
    ("kernel: files", r"ext4|vfs_(write|read|fsync)|jbd2|blk_|filemap|pwrite|pread|fdatasync"),
    ("kernel: network", r"tcp_|sock_|inet_|sys_send|sys_recv|skb|napi|net_rx|ip_|loopback"),
    ("kernel: waiting and waking threads", r"futex|epoll|schedule|eventfd|wake_up"),
    ("kernel: memory", r"page_fault|mmap|munmap|madvise|brk"),
)
KERNEL_REST = "kernel: the rest"

# Each may hold the others: who asked for the work, whatever did it.
INCLUSIVE = (
    ("system calls", r"entry_SYSCALL_64|do_syscall_64"),
    (
        "sending and receiving on sockets",
        r"__sys_sendto|__sys_recvfrom|sock_write_iter|sock_read_iter|tcp_sendmsg|tcp_recvmsg",
    ),
    ("the record of calls in SQLite", r"sqlite3"),
    ("waiting for and waking threads", r"__x64_sys_futex|epoll_wait|eventfd_write|do_epoll"),
    ("flushing to disk", r"fsync|fdatasync"),
    ("allocation", r"\bmalloc|\bcfree|\bfree$|_int_malloc|_int_free|realloc|calloc"),
    ("latch_api, the REST and gRPC doors", r"latch_api"),
    ("latch_gateway", r"latch_gateway"),
    ("latch_vault", r"latch_vault"),
    ("latch_catalog", r"latch_catalog"),
    ("latch_close, the request to Close", r"latch_close"),
    ("latch_telemetry", r"latch_telemetry"),
    ("reqwest and hyper's client", r"reqwest|hyper_util::client|hyper::client"),
    ("serde_json", r"serde_json"),
    ("prost and prost-reflect", r"\bprost"),
    ("tracing", r"tracing"),
    ("cryptography", r"aws_lc|jsonwebtoken"),
)


def _stacks(data_file):
    """The samples' stacks, innermost function first."""
    command = ["perf", "script", "--no-inline", "--fields=ip,sym,dso", f"--input={data_file}"]
    text = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True).stdout
    for block in text.split("\n\n"):
        frames = [re.sub(r"^\s*[0-9a-f]+\s+", "", line) for line in block.strip().splitlines()]
        # The address of code without a symbol is shown as [unknown] and its file.
        stack = [_without_file(frame) for frame in frames if frame]
        if stack:
            yield stack


def _without_file(frame):
    name, _, file = frame.rpartition(" (")
    if name == "[unknown]":
        return f"unknown in {file.rstrip(')').rpartition('/')[2]}"
    # Rust's names end with a hash that tells builds apart, not functions.
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    return name + KERNEL_MARK if "kernel" in file else name


def _area(stack):
    areas = AREAS
    if stack[0].endswith(KERNEL_MARK):
        areas = KERNEL_AREAS
        stack = [function for function in stack if function.endswith(KERNEL_MARK)]
    for function in stack:
        for name, pattern in areas:
            if re.search(pattern, function):
                return name
    return "other" if areas is AREAS else KERNEL_REST


def _rows(counter, total, limit=None):
    return "\n".join(f"| {count / total:.1%} | {name} |" for name, count in counter.most_common(limit))


def _section(title, calls_per_second, stacks):
    total = len(stacks)
    leaves = collections.Counter(f"`{stack[0]}`" for stack in stacks)
    areas = collections.Counter(map(_area, stacks))
    inclusive = collections.Counter()
    for stack in stacks:
        joined = "\n".join(stack)
        inclusive.update(name for name, pattern in INCLUSIVE if re.search(pattern, joined, re.MULTILINE))
    return f"""## {title}

{total:,} samples; {calls_per_second:,.0f} calls/s while they were taken.

By area; each sample counts once:

| share | area |
| ---: | --- |
{_rows(areas, total)}

With everything below it; a sample may count several times:

| share | anywhere on the stack |
| ---: | --- |
{_rows(inclusive, total)}

Innermost functions:

| share | function |
| ---: | --- |
{_rows(leaves, total, TOP_SYMBOLS)}
"""


def _sampled(target, gateway, seconds, folder):
    log_file, data_file = folder / "profile.tsv", folder / "perf.data"
    calls = load.calls_for(target, CONNECTIONS, seconds * 2, log_file)
    # The clock works on virtual machines too, which often have no counters of the processor.
    command = ["perf", "record", "--quiet", "--event=cpu-clock", f"--freq={SAMPLES_PER_SECOND}", "--call-graph=fp"]
    recorder = subprocess.Popen([*command, f"--pid={gateway.process_id}", f"--output={data_file}"])
    try:
        speed = load.send(target, CONNECTIONS, calls, log_file)
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
    if not data_file.exists():
        raise Failure("perf recorded nothing; does this machine allow it?")
    return speed, list(_stacks(data_file))


def _has_symbols(program):
    names = subprocess.run(
        ["readelf", "--sections", "--wide", program], capture_output=True, text=True, check=False
    )
    return " .symtab " in names.stdout


def profile(folder, data, others, expected, seconds, report_file):
    """Samples a gateway of `data.latch`, REST and gRPC, on the data folder that was measured, and writes the report."""
    if not _has_symbols(data.latch):
        raise Failure(
            f"{data.latch} has no symbols: build as benches/http/run does, or name a build by LATCH_PROFILE_BIN"
        )
    gateway = data.serve()
    sections = []
    try:
        ways = targets.make_targets(folder, *others, gateway, data.identifier)
        for target in (way for way in ways if way.server is gateway):
            target.check(expected)
            speed, stacks = _sampled(target, gateway, seconds, folder)
            sections.append(_section(target.name, speed, stacks))
    finally:
        gateway.stop()
    report_file.write_text(
        "# Where the gateway's time goes\n\n"
        f"Written by `./bench http --profile`: samples of the gateway's processor time at {CONNECTIONS} connections.\n"
        "Waiting is not in it. README.md says how it is read.\n\n" + "\n".join(sections)
    )
