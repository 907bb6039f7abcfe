"""How fast a large recording is read: `replay exchanges`, tshark, and a bare loop over libpcap."""

import os
import subprocess
from pathlib import Path

from interceptors import RECORDING, WORKPLACE, Relay

HOST = "bench-rsa.wiretape.test"
CONNECTIONS = 8
BODY_KIB = 64

# What a line of `replay exchanges` says of an exchange, as far as tshark knows it.
TSHARK_FIELDS = (
    "frame.number", "frame.time_epoch", "tcp.stream", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport",
    "http.request.method", "http.host", "http.request.uri", "http.request.version", "http.request.line",
    "http.response.code", "http.response.version", "http.response.line", "http.content_length",
    "http.time",
)  # fmt: skip


def measure(result, capture_mebibytes, progress):
    """Fills the result with the figures of the three readers."""
    record(capture_mebibytes)
    mebibytes = RECORDING.stat().st_size / (1 << 20)
    loop = WORKPLACE / "read_every_byte"
    subprocess.run(["cc", "-O2", "-o", loop, WORKPLACE / "read_every_byte.c", "-lpcap"], check=True)
    fields = [word for name in TSHARK_FIELDS for word in ("-e", name)]
    commands = {
        # tshark's fields have no digests of bodies; with them, replay does more than tshark.
        "replay": (["replay", "exchanges", "--no-digests", RECORDING], 3),
        "tshark": (["tshark", "-n", "-r", RECORDING, "-Y", "http", "-T", "fields", *fields], 1),
        "libpcap loop": ([loop, RECORDING], 3),
        "replay with SHA-256": (["replay", "exchanges", RECORDING], 3),
    }
    result.title = f"reading {mebibytes:.0f} MiB of HTTP/1.1"
    for name, (command, runs) in commands.items():
        for _ in range(runs):
            lines, seconds = cpu_of(command)
            result.add(name, mebibytes / seconds)
            progress(f"{result.title}: {name} {mebibytes / seconds:.4g} MiB/CPU s, {lines} lines")
    RECORDING.unlink()
    return result


def record(mebibytes):
    """Makes one recording of several connections, each of many requests, through relay itself."""
    count = mebibytes * 1024 // BODY_KIB // CONNECTIONS + 1
    url = f"http://{HOST}/{BODY_KIB}K.bin?[1-{count}]"
    fetch = f"curl -sS -o /dev/null '{url}' & " * CONNECTIONS + "wait"
    Relay().run(f"http://{HOST}/", ["bash", "-c", fetch], keep=True)


def cpu_of(command):
    """Lines printed, and user plus system time of the whole process tree."""
    reader = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: reader.stdout.read(1 << 20), b""))
    _, status, usage = os.wait4(reader.pid, 0)
    if status != 0:
        raise SystemExit(f"bench: error: '{Path(str(command[0])).name}' ended with status {status}")
    return lines, usage.ru_utime + usage.ru_stime
