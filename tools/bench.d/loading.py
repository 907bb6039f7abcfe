"""A service under load: nothing may be lost, memory must stay flat, and no descriptor may be left."""

import json
import os
import subprocess
import time

import processes
from interceptors import CLIENTS, as_client
from measures import ECDSA, progress
from service_measures import LOAD, SMALL, answered_queries, name_asked, prepare, queries, recorded
from serving import RESOLVER, ServedRelay, redirection

URL = f"https://{ECDSA}{SMALL}"
# How much of its memory may come between the middle and the end.
GROWTH = 1.05


def run(options):
    """Prints what was found; returns whether all of it is as it should be."""
    prepare()
    count = options.sessions or 5000
    relay = ServedRelay()
    with redirection(), relay.started() as process:
        warm_up()
        files_before = open_files(process)
        holder = start([LOAD, "idle", URL, count], stdin=subprocess.PIPE)
        opened = json.loads(holder.stdout.readline())["open"]
        progress(f"{opened} idle sessions: {memory_mib(process):.1f} MiB")
        made, asked, middle = 0, 0, 0
        for half in range(2):
            made += new_sessions(options.seconds / 2)
            asked += new_queries(options.queries // 2, half * (options.queries // 2))
            memory = memory_mib(process)
            middle = middle or memory
            progress(f"{made} sessions, {asked} queries: {memory:.1f} MiB")
        holder.stdin.close()
        answered = json.loads(holder.stdout.readline())["answered"]
        holder.wait()
        files_after = settled_files(process, files_before)
        relay.ended(process)
    requests, names = exchanges()
    checks = [
        ("idle sessions held to the end", answered, count),
        ("HTTP exchanges recorded", requests, opened + made + answered),
        ("DNS queries answered", asked, options.queries // 2 * 2),
        ("DNS exchanges recorded", names, asked),
        ("descriptors at the end", files_after, files_before),
        (f"memory at the end, at most {GROWTH} of that in the middle", memory <= middle * GROWTH, True),
    ]
    for title, found, expected in checks:
        print(f"{'ok    ' if found == expected else 'FAILED'}  {title}: {found}, expected {expected}")
    print(f"{made / options.seconds:.0f} new sessions/s, memory {middle:.1f} and {memory:.1f} MiB")
    return all(found == expected for _, found, expected in checks)


def start(command, **streams):
    return subprocess.Popen(as_client(list(map(str, command))), stdout=subprocess.PIPE, text=True, **streams)


def output_of(command):
    with start(command) as client:
        output = client.stdout.read()
    if client.returncode != 0:
        raise SystemExit(f"bench: error: {command[0]} ended with status {client.returncode}: {output}")
    return output


def warm_up():
    """What is made once and kept, such as sockets to the nameserver; recordings of this are not counted."""
    output_of(["curl", "-sS", "-o", "/dev/null", f"https://{ECDSA}/"])
    output_of(queries(200, 0, RESOLVER, "warm"))


def new_sessions(seconds):
    return json.loads(output_of([LOAD, "sessions", URL, seconds, 8]))["sessions"]


def new_queries(count, first):
    return answered_queries(output_of(queries(count, first, RESOLVER)))


def exchanges():
    """HTTP exchanges of the load generator, and names of its queries, in the recordings."""
    requests, names = 0, set()
    for kind, name in recorded(of_interest):
        if kind == "http":
            requests += 1
        else:
            names.add(name)
    return requests, len(names)


def of_interest(line):
    if not line.get("response"):
        return None
    if line["protocol"] == "dns":
        name = name_asked(line)
        return name and ("dns", name)
    request = line.get("request") or {}
    return ("http", None) if request.get("target") == SMALL else None


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def settled_files(process, expected, patience=20):
    """Sessions that have ended give their files back within moments; sockets of DNS clients within its time-out."""
    for _ in range(patience * 10):
        if open_files(process) <= expected:
            break
        time.sleep(0.1)
    return open_files(process)


def memory_mib(process):
    return processes.memory_kib(process.pid, "VmRSS") / 1024
