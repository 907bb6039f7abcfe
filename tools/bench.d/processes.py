"""CPU time and memory of running processes, from /proc.

CPU is user plus system time of every thread of a process, in clock ticks (10 ms), as the kernel
accounts it; time in soft interrupts goes to whoever was running. The relay's is counted from after a
first warm-up exchange until the process has ended, the recording closed; its sandbox's launcher and
command are other processes and not in it.
"""

import os

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def find(name):
    """Process ids by the kernel's name for the process."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if name_of(pid) == name]


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return None


def cpu_seconds(pid):
    """Of the process itself, also while it is a zombie; None once it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def memory_kib(pid, field):
    """`VmRSS` or `VmHWM` of /proc/PID/status; 0 once the process is gone."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith(field + ":")), 0)
    except OSError:
        return 0
