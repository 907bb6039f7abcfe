"""How fast captures are read: `replay exchanges`, tshark, tcpflow, and a bare loop over libpcap.

It needs neither root nor a world: `make_capture.c` makes the captures, the same bytes each time. Every program reads each in
turn, several rounds, the order swapped from round to round; its user and system time and its peak memory are those that the
kernel accounts to it when it has ended. What replay tells is counted: no exchange may be lost.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measures import Result, at_most, progress, ratio_at_least

HERE = Path(__file__).resolve().parent

# What a line of `replay exchanges` says of an exchange, as far as tshark knows it.
COMMON = ("frame.number", "frame.time_epoch", "ip.src", "ip.dst")
TCP = (*COMMON, "tcp.stream", "tcp.srcport", "tcp.dstport")
HTTP1 = (
    *TCP, "http.request.method", "http.host", "http.request.uri", "http.request.version", "http.request.line",
    "http.response.code", "http.response.version", "http.response.line", "http.content_length", "http.time",
)  # fmt: skip
HTTP2 = (
    *TCP, "http2.streamid", "http2.headers.method", "http2.headers.authority", "http2.headers.path", "http2.headers.status",
    "http2.header.name", "http2.header.value", "http2.length",
)  # fmt: skip
DNS = (
    *COMMON, "udp.stream", "udp.srcport", "udp.dstport", "dns.id", "dns.flags", "dns.qry.name", "dns.qry.type",
    "dns.qry.class", "dns.resp.name", "dns.resp.type", "dns.resp.ttl", "dns.cname", "dns.a", "dns.flags.rcode", "dns.time",
)  # fmt: skip


@dataclass
class Capture:
    title: str
    kind: str
    # Mebibytes, or exchanges.
    size: int
    fields: tuple
    display_filter: str
    # MiB per CPU second that are aimed at.
    aim: int
    # What tshark gets instead, where the whole takes it too long: the beginning of the same capture.
    tshark_size: int = 0
    # What tshark must be told to see the protocol.
    tshark_options: tuple = ()


CAPTURES = (
    Capture("HTTP/1.1 keep-alive", "http1", 1024, HTTP1, "http", 480, tshark_size=128),
    Capture("HTTP/2", "http2", 200, HTTP2, "http2", 200, tshark_options=("-d", "tcp.port==8080,http2")),
    Capture("DNS", "dns", 200_000, DNS, "dns", 200),
    Capture("short sessions", "sessions", 100_000, HTTP1, "http", 200),
)
MEMORY_MIB = 128
JOBS_CAPTURES = 4


def run(options):
    """The results, of as many rounds as there would be pairs."""
    for command in ("tshark", "tcpflow", "cc"):
        if shutil.which(command) is None:
            raise SystemExit(f"bench: error: no '{command}'\nbench: hint: apt-get install {command}")
    replay = options.bin / "replay"
    if not replay.exists():
        raise SystemExit(f"bench: error: no replay in '{options.bin}'\nbench: hint: tools/quickstart builds it")
    with workplace(options) as place:
        make, loop = place / "make_capture", place / "read_every_byte"
        subprocess.run(["cc", "-O2", "-o", make, HERE / "make_capture.c"], check=True)
        subprocess.run(["cc", "-O2", "-o", loop, HERE / "read_every_byte.c", "-lpcap"], check=True)
        results = []
        for capture in CAPTURES:
            results += measure(capture, options, place, replay.resolve(), make, loop)
        return results + parallel(options, place, replay.resolve(), make)


@contextlib.contextmanager
def workplace(options):
    """Where the captures are made: in memory where there is room, so that no disk is measured."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 6 << 30
    folder = options.scratch or (memory if has_room else Path("/var/tmp"))
    with tempfile.TemporaryDirectory(prefix="wiretape-bench-", dir=folder) as name:
        yield Path(name)


def measure(capture, options, place, replay, make, loop):
    """Speed, its ratio to tshark, and peak memory."""
    path = made(make, capture.kind, capture.size, place / f"{capture.kind}.pcap")
    shorter = path
    if capture.tshark_size:
        shorter = made(make, capture.kind, capture.tshark_size, place / f"{capture.kind}-beginning.pcap")
    fields = [word for name in capture.fields for word in ("-e", name)]
    flows = place / "flows"
    commands = {
        # tshark's fields have no digests of bodies; with them, replay does more than tshark.
        "replay": ([replay, "exchanges", "--no-digests", path], path),
        "tshark": (
            ["tshark", "-n", "-r", shorter, *capture.tshark_options, "-Y", capture.display_filter, "-T", "fields", *fields],
            shorter,
        ),
        "replay with SHA-256": ([replay, "exchanges", path], path),
        "tcpflow": (["tcpflow", "-q", "-r", path, "-o", flows], path),
        "libpcap loop": ([loop, path], path),
    }
    if capture.kind == "dns":
        # It knows no datagrams.
        del commands["tcpflow"]
    title = f"{capture.title}, {path.stat().st_size / (1 << 20):,.0f} MiB"
    speed = Result(f"reading {title}", "MiB/CPU s", dict.fromkeys(commands), *ratio_at_least(10))
    speed.figures = {name: [] for name in commands}
    memory = Result(f"peak memory, {title}", "MiB", {name: [] for name in commands}, *at_most(MEMORY_MIB, "MiB"))
    memory.is_compared = False
    counts = set()
    for number in range(options.pairs):
        for name in reversed(commands) if number % 2 else commands:
            command, read = commands[name]
            lines, seconds, peak = cost(command)
            if name.startswith("replay"):
                counts.add(lines)
            shutil.rmtree(flows, ignore_errors=True)
            speed.add(name, read.stat().st_size / (1 << 20) / seconds)
            memory.add(name, peak)
            progress(f"{title}: {name} {speed.figures[name][-1]:.4g} MiB/CPU s, {peak:.0f} MiB, {lines} lines")
    if len(counts) != 1 or capture.kind in ("dns", "sessions") and counts != {capture.size}:
        raise SystemExit(f"bench: error: {title}: replay tells of {counts} exchanges")
    alone = Result("the same, replay alone", "MiB/CPU s", {"replay": speed.figures["replay"]})
    alone.target, alone.is_met = f"≥ 200 MiB/CPU s{', aim 480' * (capture.aim > 200)}", lambda value: value >= 200
    for unused in {path, shorter}:
        unused.unlink()
    return [speed, alone, memory]


def parallel(options, place, replay, make):
    """Wall time of a directory, read by one thread and by two."""
    folder = place / "several"
    folder.mkdir()
    for number in range(JOBS_CAPTURES):
        # Like ones, so that neither thread waits for the other at the end.
        made(make, "http1", 256, folder / f"{number}.pcap")
    result = Result(
        f"`--jobs 2`, {JOBS_CAPTURES} captures of 256 MiB of HTTP/1.1", "s of wall time", {}, *ratio_at_least(1.6)
    )
    for number in range(options.pairs):
        for jobs in (1, 2) if number % 2 else (2, 1):
            begin = time.monotonic()
            cost([replay, "exchanges", "--no-digests", "--jobs", jobs, folder])
            result.figures.setdefault(f"--jobs {jobs}", []).append(time.monotonic() - begin)
            progress(f"{result.title}: --jobs {jobs} {time.monotonic() - begin:.3g} s")
    result.figures = {name: result.figures[name] for name in ("--jobs 1", "--jobs 2")}
    shutil.rmtree(folder)
    return [result]


def made(make, kind, size, path):
    subprocess.run([make, kind, str(size), path], check=True)
    return path


def cost(command):
    """Lines printed, user plus system time in seconds, and peak resident memory in MiB."""
    reader = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: reader.stdout.read(1 << 20), b""))
    _, status, usage = os.wait4(reader.pid, 0)
    if status != 0:
        raise SystemExit(f"bench: error: '{Path(str(command[0])).name}' ended with status {status}")
    return lines, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
