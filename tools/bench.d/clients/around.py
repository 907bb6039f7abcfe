"""Runs one client command and notes what the intercepting process spent meanwhile.

usage: around.py NAME RESULT WARM-UP-URL COMMAND [ARG…]

Fetches the URL first, so that start-up and the leaf certificate are not counted. Writes JSON to RESULT:
per process of that name its CPU seconds and memory before and after, and what the command printed.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import processes  # noqa: E402


def main(name, result, url, *command):
    subprocess.run(["curl", "-sS", "--http1.1", "-o", "/dev/null", url], check=True)
    time.sleep(0.2)
    before = reading(name)
    begin = time.monotonic()
    client = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    wall = time.monotonic() - begin
    after = reading(name)
    with open(result, "w") as file:
        figures = {"before": before, "after": after, "wall": wall, "output": client.stdout}
        json.dump(figures | {"status": client.returncode}, file)
    return client.returncode


def reading(name):
    return {
        pid: {
            "cpu": processes.cpu_seconds(pid),
            "resident": processes.memory_kib(pid, "VmRSS"),
            "peak": processes.memory_kib(pid, "VmHWM"),
        }
        for pid in processes.find(name)
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
