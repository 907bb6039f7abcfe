"""What is measured: one function a measure, each giving results for the table."""

import functools
import math
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from interceptors import CLIENT_UID, CLIENTS, WORKPLACE, Relay, Sslsplit, as_client

RSA, ECDSA = "bench-rsa.wiretape.test", "bench-ecdsa.wiretape.test"
PIECE_MIB = 64


@dataclass
class Result:
    """One line of the table: figures by program, of pairs of runs, and what they must reach."""

    title: str
    unit: str
    figures: dict = field(default_factory=dict)
    # What the first program's figure, or its ratio to the second's, must reach.
    target: str = ""
    is_met: object = None
    is_ratio: bool = False
    # Whether the first two programs do the same, so that their ratio means something.
    is_compared: bool = True

    def add(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.figures[name])

    def verdict(self):
        """Whether the target is met; empty where there is none, or nothing to compare."""
        value = self.median(next(iter(self.figures)))
        if self.is_ratio:
            value = statistics.median(self.ratios() or [math.nan])
        if self.is_met is None or math.isnan(value):
            return ""
        return "met" if self.is_met(value) else "missed"

    def ratios(self):
        """Of the first program to the second, pair by pair."""
        if not self.is_compared:
            return []
        first, second, *_ = [*self.figures, "", ""]
        return [a / b for a, b in zip(self.figures.get(first, []), self.figures.get(second, []))]


def at_most(limit, unit):
    return f"≤ {limit} {unit}", lambda value: value <= limit


def ratio_at_most(limit):
    return f"ratio ≤ {limit}", lambda value: value <= limit, True


def ratio_at_least(limit):
    return f"ratio ≥ {limit}", lambda value: value >= limit, True


def programs(options):
    chosen = [Relay(), Sslsplit()]
    return [program for program in chosen if options.only in (None, program.name)]


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def pairs(result, options, measure, order=None):
    """Runs each program in turn, the order swapped from pair to pair, against slow drifts."""
    order = order or programs(options)
    for program in order:
        result.figures[program.name] = []
    for number in range(options.pairs):
        for program in reversed(order) if number % 2 else order:
            value = measure(program)
            result.add(program.name, value)
            progress(f"{result.title}: {program.name} {value:.4g} {result.unit}")
    return result


@functools.cache
def prepare():
    """Lays out the client programs and the large files, where the client user can reach them."""
    here = Path(__file__).resolve().parent
    shutil.copytree(here, WORKPLACE, dirs_exist_ok=True)
    shutil.chown(WORKPLACE, CLIENT_UID, CLIENT_UID)
    origin = Path("/run/world/www")
    source = (origin / "1M.bin").read_bytes()
    (origin / f"{PIECE_MIB}M.bin").write_bytes(source * PIECE_MIB)
    with open(origin / "1G.bin", "wb") as file:
        file.truncate(1 << 30)


def download(options):
    prepare()
    urls = [f"https://{RSA}/{PIECE_MIB}M.bin"] * (options.size // PIECE_MIB)
    outputs = [word for _ in urls for word in ("-o", "/dev/null")]
    command = ["curl", "-sS", "--http1.1", "-w", "%{size_download}\n", *outputs, *urls]

    def cpu_per_gib(program, recording):
        spent = program.run(f"https://{RSA}/", command, recording)
        received = sum(map(int, spent.output.split()))
        if received != len(urls) * PIECE_MIB << 20 or recording and spent.recorded_bytes < received:
            raise SystemExit(f"bench: error: {program.name} lost bytes: {received}, {spent.recorded_bytes}")
        return spent.cpu_seconds / (received / (1 << 30))

    recorded = Result("TLS download, recording", "CPU s/GiB", {}, *ratio_at_most(0.5))
    bare = Result("TLS download, not recording", "CPU s/GiB")
    yield pairs(recorded, options, lambda program: cpu_per_gib(program, True))
    yield pairs(bare, options, lambda program: cpu_per_gib(program, False))
    if options.only != "sslsplit":
        added = recorded.median("relay") / bare.median("relay")
        share = Result("recording to not recording", "×", {"relay": [added]}, *at_most(1.5, "×"))
        yield share


def handshakes(options, count=500):
    prepare()
    for label, host in (("RSA-2048", RSA), ("P-256", ECDSA)):
        client = ["/usr/bin/python3", CLIENTS / "sessions.py", "handshakes", host, count]
        result = Result(f"full handshakes, {label}", "per CPU s", {}, *ratio_at_least(1.5))
        yield pairs(
            result, options, lambda program: count / program.run(f"https://{host}/", client).cpu_seconds
        )


def requests(options, seconds=4):
    prepare()
    client = ["wrk", "-t1", "-c16", f"-d{seconds}s", f"https://{RSA}/answer.json"]

    def per_cpu_second(program):
        spent = program.run(f"https://{RSA}/", client)
        count = int(re.search(r"(\d+) requests in", spent.output).group(1))
        if "Non-2xx" in spent.output or "Socket errors" in spent.output:
            raise SystemExit(f"bench: error: {program.name}: {spent.output}")
        return count / spent.cpu_seconds

    result = Result("keep-alive requests, recording", "per CPU s", {}, *ratio_at_least(1.0))
    yield pairs(result, options, per_cpu_second)


def idle(options):
    prepare()
    host, count = ECDSA, options.sessions or 1000

    def kib_per_session(program):
        client = ["/usr/bin/python3", CLIENTS / "sessions.py", "idle", host, count, program.name]
        return int(program.run(f"https://{host}/", client).output) / count

    result = Result(f"memory per idle session, {count} of them", "KiB", {}, *at_most(70, "KiB"))
    yield pairs(result, limited(options, 3), kib_per_session)


def stall(options, seconds=5):
    prepare()
    client = ["/usr/bin/python3", CLIENTS / "sessions.py", "stall", RSA, "/1G.bin", seconds]
    result = Result("peak memory, client stalled in 1 GiB", "MiB", {}, *at_most(64, "MiB"))
    yield pairs(result, limited(options, 3), lambda program: program.run(f"https://{RSA}/", client).peak_kib / 1024)


def limited(options, pairs):
    """The same options with no more pairs than that: memory does not vary as time does."""
    copy = type(options)(**vars(options))
    copy.pairs = min(options.pairs, pairs)
    return copy


def start(options, runs=20):
    if options.only == "sslsplit":
        return
    prepare()
    result = Result("wall time added by relay run", "ms", {}, *at_most(100, "ms"))
    run = ["relay", "run", "--quiet", "--write", str(WORKPLACE / "start.pcap"), "--force", "--", "true"]
    for _ in range(runs):
        result.add("relay", wall_ms(run) - wall_ms(["true"]))
    yield result


def wall_ms(command):
    begin = time.monotonic()
    subprocess.run(as_client(command), check=True)
    return (time.monotonic() - begin) * 1000


ALL = {
    "download": download,
    "handshakes": handshakes,
    "requests": requests,
    "idle": idle,
    "stall": stall,
    "start": start,
}
