"""What the comparison found, for people and as JSON."""

import dataclasses
import json

from seen import LISTS


def show(results, unused, options):
    differences = [difference for result in results for difference in result.differences]
    for difference in differences:
        if difference.explained is None:
            print(f"{difference.file}: {difference.list}: {difference.place}: {difference.what}")
        elif options.all:
            print(
                f"explained: {difference.file}: {difference.list}: {difference.place}: {difference.what}\n"
                f"    {difference.explained}"
            )
    for entry in unused:
        print(f"unused explanation: {entry.file}: {entry.list}: {entry.place}: {entry.why}")
    totals(results, differences)
    if options.json:
        options.json.write_text(json.dumps([dataclasses.asdict(d) for d in differences], indent=1, ensure_ascii=False))


def totals(results, differences):
    files = len({difference.file for difference in differences if difference.explained is None})
    print(f"\n{'list':<16} {'theirs':>8} {'agree':>8} {'explained':>10} {'not':>6}")
    for name in LISTS:
        count, agreeing = (sum(result.counts[name][i] for result in results) for i in (0, 1))
        explained = sum(d.list == name and d.explained is not None for d in differences)
        rest = sum(d.list == name and d.explained is None for d in differences)
        if count or rest or explained:
            print(f"{name:<16} {count:>8} {agreeing:>8} {explained:>10} {rest:>6}")
    unread = sum(difference.list == "file" for difference in differences)
    unread_note = f", {unread} of them not read" if unread else ""
    print(f"\n{len(results)} captures, {files} with differences that are not explained{unread_note}")
