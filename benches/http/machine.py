"""Describes the machine and the programs that a result belongs to."""

import datetime
import os
import platform
import re
import subprocess


def _first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def _found(path, pattern):
    with open(path) as file:
        match = re.search(pattern, file.read(), re.MULTILINE)
    return match.group(1).strip() if match else "unknown"


def describe(latch, folder):
    """Rows of what and value. `latch` is the program measured, `folder` the one its data is in."""
    memory = int(_found("/proc/meminfo", r"^MemTotal:\s+(\d+)")) * 1024
    commit = os.environ.get("LATCH_COMMIT", "not known: LATCH_BIN was given")
    return [
        ("date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("processor", f"{os.cpu_count()} × {_found('/proc/cpuinfo', r'^model name[^:]*:(.*)$')}"),
        ("memory", f"{memory / 1e9:.1f} GB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("file system of the data folder", _first_line("stat", "--file-system", "--format=%T", folder)),
        ("latch", f"{_first_line(latch, '--version')}, commit {commit}, {os.path.getsize(latch) / 1e6:.1f} MB"),
        ("nginx", _first_line("nginx", "-v").replace("nginx version: ", "")),
        ("load generator", _first_line("h2load", "--version")),
        ("priority of all of them", f"nice {os.nice(0)}"),
    ]


def load_average():
    """Processes that want to run, averaged over the last minute."""
    return os.getloadavg()[0]
