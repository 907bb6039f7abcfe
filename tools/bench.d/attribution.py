"""What it costs to find the process behind a connection, as `relay serve` does for each.

It needs no world: the probe of the tests listens on the loopback interface, looks up whose each connection is,
and says how much CPU time that took its thread. Hundreds of processes that do nothing stand around.
"""

import contextlib
import os
import subprocess
from pathlib import Path

from measures import Result, at_most, progress

ROOT = Path(__file__).resolve().parent.parent.parent
CONNECTIONS = 500
BYSTANDERS = 300

# Connects, waits for the answer, and closes, again and again; in the second form among many other sockets of its own,
# of which some close and some open each time, as in a browser.
STEADY = """
import socket, sys
for _ in range(int(sys.argv[2])):
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.recv(100)
    client.close()
"""
BUSY = """
import random, socket, sys
kept = [socket.socket() for _ in range(400)]
for _ in range(int(sys.argv[2])):
    chosen = random.sample(range(len(kept)), 3)
    for number in chosen: kept[number].close()
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.recv(100)
    for number in chosen: kept[number] = socket.socket()
    client.close()
"""
CURL = 'for ((i = 0; i < $2; i++)); do curl -s "http://127.0.0.1:$1/" -o /dev/null; done'

CLIENTS = {
    "a client that lives on": ["python3", "-c", STEADY],
    "one with 400 more sockets": ["python3", "-c", BUSY],
    "a new curl each time": ["bash", "-c", CURL, "bash"],
}


def run(options):
    """The results, of as many rounds as there would be pairs."""
    probe = built()
    results = []
    with bystanders():
        for name, client in CLIENTS.items():
            median = Result(f"who sent it: {name}, median", "µs of CPU", {}, *at_most(150, "µs"))
            tail = Result(f"who sent it: {name}, p99", "µs of CPU")
            for _ in range(options.pairs):
                times = sorted(look_ups(probe, client))
                median.add("relay", times[len(times) // 2])
                tail.add("relay", times[len(times) * 99 // 100])
                progress(f"{name}: {median.figures['relay'][-1]:.0f} µs, p99 {tail.figures['relay'][-1]:.0f} µs")
            results += [median, tail]
    return results


def built():
    build = ["swift", "build", "--package-path", ROOT, "-c", "release", "--product", "AttributionProbe"]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return Path(folder) / "AttributionProbe"


@contextlib.contextmanager
def bystanders():
    sleepers = [subprocess.Popen(["sleep", "infinity"]) for _ in range(BYSTANDERS)]
    try:
        progress(f"{sum(name.isdigit() for name in os.listdir('/proc'))} processes")
        yield
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()


def look_ups(probe, client):
    """Microseconds of each look-up; every one must have found the process."""
    with subprocess.Popen([probe], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline().strip()
        subprocess.run([*client, port, str(CONNECTIONS)], check=True)
        lines = [process.stdout.readline().split() for _ in range(CONNECTIONS)]
        process.stdin.close()
    if any(len(line) < 4 or not line[3].isdigit() for line in lines):
        raise SystemExit("bench: error: a process was not found")
    return [int(line[0]) / 1000 for line in lines]
