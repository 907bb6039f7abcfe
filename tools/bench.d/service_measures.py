"""What is measured of a service for a whole host; see measures.py for the frame."""

import functools
import json
import re
import statistics
import subprocess
from pathlib import Path

from interceptors import CLIENTS, WORKPLACE
import measures
from measures import ECDSA, PIECE_MIB, RSA, Result, at_most, limited, pairs, ratio_at_least, ratio_at_most
from serving import RECORDINGS, RESOLVER, Direct, ServedRelay, ServedSslsplit

LOAD = CLIENTS / "load"
SMALL = "/answer.json"


@functools.cache
def prepare():
    """As for all measures; besides, the load generator, and ports for all that it opens within minutes."""
    measures.prepare()
    build = ["cc", "-O2", "-o", LOAD, CLIENTS / "load.c", "-lssl", "-lcrypto", "-lpthread"]
    subprocess.run(list(map(str, build)), check=True)
    settings = Path("/proc/sys/net/ipv4")
    (settings / "ip_local_port_range").write_text("10000 50999")
    (settings / "tcp_tw_reuse").write_text("1")


def chosen(options, *candidates):
    return [program for program in candidates if options.only in (None, program.name)]


def latency(options, rate=200):
    """What is added to the direct path's, which is measured in each round, too."""
    prepare()
    command = [LOAD, "requests", f"https://{RSA}{SMALL}", rate, options.seconds]
    programs = [Direct(), *chosen(options, ServedRelay(), ServedSslsplit())]
    found = {program.name: [] for program in programs}
    for number in range(options.pairs):
        for program in reversed(programs) if number % 2 else programs:
            spent = program.run(f"https://{RSA}/", command)
            found[program.name].append(json.loads(spent.output))
            measures.progress(f"latency: {program.name} {spent.output.strip()}")
    direct = found.pop("nginx itself")
    for part, target in (("p50", ratio_at_most(1.0)), ("p99", ())):
        added = Result(f"added latency at {rate} requests/s, {part}, recording", "µs", {}, *target)
        # Of the median round, since what a neighbour does to one round of the direct path is no one's gain.
        base = statistics.median(line[part] for line in direct)
        for name, figures in found.items():
            added.figures[name] = [(line[part] - base) / 1000 for line in figures]
        yield added
        yield Result(f"the direct path's own, {part}", "µs", {"nginx": [line[part] / 1000 for line in direct]})


def plain(options):
    prepare()
    urls = [f"http://{RSA}/{PIECE_MIB}M.bin"] * (options.size // PIECE_MIB)
    outputs = [word for _ in urls for word in ("-o", "/dev/null")]
    command = ["curl", "-sS", "-w", "%{size_download}\n", *outputs, *urls]

    def cpu_per_gib(program):
        spent = program.run(f"http://{RSA}/", command)
        received = sum(map(int, spent.output.split()))
        if received != len(urls) * PIECE_MIB << 20 or spent.recorded_bytes < received:
            raise SystemExit(f"bench: error: {program.name} lost bytes: {received}, {spent.recorded_bytes}")
        return spent.cpu_seconds / (received / (1 << 30))

    result = Result("plain TCP download, recording", "CPU s/GiB", {}, *ratio_at_most(0.5))
    yield pairs(result, options, cpu_per_gib, chosen(options, ServedRelay(), ServedSslsplit()))


def sessions(options, clients=8):
    prepare()
    for label, host in (("RSA-2048", RSA), ("P-256", ECDSA)):
        command = [LOAD, "sessions", f"https://{host}{SMALL}", options.seconds, clients]

        def per_cpu_second(program):
            spent = program.run(f"https://{host}/", command)
            return json.loads(spent.output)["sessions"] / spent.cpu_seconds

        result = Result(f"new TLS sessions, {label}, recording", "per CPU s", {}, *ratio_at_least(1.5))
        programs = chosen(options, ServedRelay(), ServedSslsplit())
        yield pairs(result, options, per_cpu_second, programs if options.only else [*programs, Direct()])


def dns(options):
    """sslsplit has no DNS; what the server itself can do says that it was no bottleneck."""
    if options.only == "sslsplit":
        return
    prepare()
    count = options.queries
    command = queries(count, 0, RESOLVER)

    def per_cpu_second(program):
        spent = program.run(f"http://{RSA}/", command, keep=True)
        answered = answered_queries(spent.output)
        if answered != count or program.name == "relay" and recorded_queries() != count:
            raise SystemExit(f"bench: error: {program.name} lost queries: {spent.output}")
        return count / spent.cpu_seconds

    result = Result("DNS exchanges, recorded", "per CPU s", is_compared=False)
    programs = chosen(options, ServedRelay())
    yield pairs(result, options, per_cpu_second, programs if options.only else [*programs, Direct("dnsmasq")])


def idle(options):
    prepare()
    count = options.sessions or 5000

    def kib_per_session(program):
        command = ["/usr/bin/python3", CLIENTS / "holding.py", f"https://{ECDSA}{SMALL}", count, program.name]
        return int(program.run(f"https://{ECDSA}/", command).output) / count

    result = Result(f"memory per idle session, {count} of them, recording", "KiB", {}, *at_most(70, "KiB"))
    yield pairs(result, limited(options, 3), kib_per_session, chosen(options, ServedRelay(), ServedSslsplit()))


def queries(count, first, server, zone="load"):
    """The command that asks for so many names, each its own, a hundred at a time."""
    names = WORKPLACE / f"names-{zone}-{first}"
    names.write_text("".join(f"q{first + index}.{zone}.wiretape.test A\n" for index in range(count)))
    return ["dnsperf", "-s", server, "-d", names, "-n", 1, "-c", 4, "-q", 100, "-t", 5]


def answered_queries(output):
    return int(re.search(r"Queries completed:\s+(\d+)", output).group(1))


def recorded_queries():
    """How many different names of those have an answer in the recordings."""
    return len(set(recorded(lambda line: line["protocol"] == "dns" and line["response"] and name_asked(line))))


def recorded(interest):
    """What a function finds of interest in the lines of `replay exchanges`."""
    for file in sorted(RECORDINGS.glob("*.pcap")):
        command = ["replay", "exchanges", "--no-digests", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
            yield from filter(None, (interest(json.loads(line)) for line in reader.stdout))


def name_asked(line):
    name = line["query"]["questions"][0]["name"] if line["query"] else ""
    return name if name.rstrip(".").endswith(".load.wiretape.test") else None


ALL = {
    "serve-dns": dns,
    "serve-sessions": sessions,
    "serve-latency": latency,
    "serve-plain": plain,
    "serve-idle": idle,
}
