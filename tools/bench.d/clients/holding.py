"""Holds idle sessions, and prints by how many KiB the processes called NAME grew with them.

usage: holding.py URL COUNT NAME
"""

import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import processes  # noqa: E402


def main(url, count, name):
    before = resident(name)
    command = [str(HERE / "load"), "idle", url, count]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        opened = json.loads(load.stdout.readline())
        time.sleep(2)
        print(resident(name) - before)
        load.stdin.close()
        answered = json.loads(load.stdout.readline())
    return 0 if opened["open"] == answered["answered"] == int(count) else 1


def resident(name):
    return sum(processes.memory_kib(pid, "VmRSS") for pid in processes.find(name))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
