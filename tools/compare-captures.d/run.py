"""Compares captures, several at a time."""

import functools
from concurrent.futures import ThreadPoolExecutor

import compare
import oracle
import replayed


def captures(folder):
    """The names of those that have an oracle, in order."""
    names = [path.name.removesuffix(".json") for path in (folder / "oracle").glob("*.json")]
    return sorted(name for name in names if (folder / name).is_file())


def compare_all(options, names):
    with ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(lambda name: compare_one(options, name), names))


def compare_one(options, name):
    main, alternative = oracle.read(options.dir / "oracle" / f"{name}.json")
    capture = options.dir / name

    @functools.cache
    def beginnings():
        return replayed.beginnings(options.replay, capture, options.seconds)

    try:
        ours, _ = replayed.read(options.replay, capture, options.seconds)
        return compare.compare(name, main, alternative, ours, beginnings)
    except replayed.Failed as failure:
        result = compare.compare(name, main, alternative, [], dict)
        # One line says it; that every item is missing besides would hide it.
        if result.differences or failure.is_fault:
            result.differences = []
            result.add("file", "packet 0", str(failure))
        return result
