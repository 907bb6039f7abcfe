"""How fast `replay check` is over many small recordings: the first time, and when nothing has changed since.

The recordings are copies of those in fixtures/ that are small, with their sidecars, each under a name of its own. Every round
begins with an empty cache; user and system time and peak memory are those that the kernel accounts to the process.
"""

import os
import shutil
from pathlib import Path

from measures import Result, at_most, progress
from reading import cost, workplace

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
KINDS = (
    "http1-plain", "http1-framing", "http1-head-and-upload", "http1-pipelined", "http2", "python-urllib", "dns-udp", "smtp",
)  # fmt: skip
COUNT = 1_000
FEW = 100


def run(options):
    """The results, of as many rounds as there would be pairs."""
    replay = options.bin / "replay"
    if not replay.exists():
        raise SystemExit(f"bench: error: no replay in '{options.bin}'\nbench: hint: tools/quickstart builds it")
    replay = replay.resolve()
    with workplace(options) as place:
        os.environ["XDG_CACHE_HOME"] = str(place / "cache")
        many = made(replay, place / "many", COUNT)
        few = made(replay, place / "few", FEW)
        title = f"`replay check`, {COUNT:,} recordings"
        cold = Result(f"{title}, nothing known", "s of CPU", {}, *at_most(2, "s"))
        cached = Result(f"{title}, nothing changed", "s of CPU", {}, *at_most(0.2, "s"))
        memory = Result("peak memory of the former", "MiB", {}, "at most 8 MiB more than with 100")
        memory.is_compared = False
        for number in range(options.pairs):
            shutil.rmtree(place / "cache", ignore_errors=True)
            _, seconds, peak = cost([replay, "check", many])
            cold.add("replay", seconds)
            memory.add(f"{COUNT:,}", peak)
            cached.add("replay", cost([replay, "check", many])[1])
            memory.add(f"{FEW}", cost([replay, "check", "--no-cache", few])[2])
            progress(f"round {number + 1}: {seconds:.3f} s, cached {cached.figures['replay'][-1]:.3f} s, {peak:.0f} MiB")
        few_peak = memory.median(f"{FEW}")
        memory.is_met = lambda value: value <= few_peak + 8
        return [cold, cached, memory]


def made(replay, folder, count):
    """A folder of recordings with goldens."""
    folder.mkdir()
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        for suffix in (".pcap", ".sessions.jsonl"):
            shutil.copy(FIXTURES / f"{kind}{suffix}", folder / f"{number:04}-{kind}{suffix}")
    cost([replay, "check", "--make", folder])
    return folder
