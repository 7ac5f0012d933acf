"""What processes cost, as the kernel counts it in /proc."""

import os
import resource

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()


def family(process_id):
    """The process and its children, such as the workers of nginx."""
    with open(f"/proc/{process_id}/task/{process_id}/children") as file:
        return [process_id, *map(int, file.read().split())]


def cpu_seconds(process_id):
    """User and system time of a process and its children since they began; counted in ticks of 10 ms."""
    ticks = 0
    for member in family(process_id):
        with open(f"/proc/{member}/stat") as file:
            # The name before the last bracket may hold anything, even spaces.
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def _memory(process_id, name):
    total = 0
    for member in family(process_id):
        with open(f"/proc/{member}/status") as file:
            for line in file:
                if line.startswith(name + ":"):
                    total += int(line.split()[1]) * 1024
    return total


def resident_bytes(process_id):
    """Resident memory now. Pages that a family shares count once for each member."""
    return _memory(process_id, "VmRSS")


def peak_resident_bytes(process_id):
    """The most resident memory there has been since the process began."""
    return _memory(process_id, "VmHWM")


def machine_busy_seconds():
    """Time that all cores together have worked, for whomever."""
    with open("/proc/stat") as file:
        user, nice, system, _idle, _waiting, interrupts, soft_interrupts, *_ = map(
            int, file.readline().split()[1:]
        )
    return (user + nice + system + interrupts + soft_interrupts) / TICKS_PER_SECOND


def children_seconds():
    """User and system time of the programs that this one has run and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
