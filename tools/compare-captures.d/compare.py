"""The comparison of one capture.

Items are grouped by connection and list, and aligned by identity. These are no differences:

- a TCP connection in which nothing was said, on either side;
- a TCP direction of which tshark has the bytes up to a hole that is never filled, and replay those behind it, too;
- a message that replay tells of as incomplete and tshark, which tells of complete ones, does not;
- where tshark told of a stream twice, with and without out-of-order reassembly, agreement with either, or with both
  together: with it, it stops at a hole; without it, it misreads what was reordered;
- a DNS message that tshark, or replay, could not read to its end, beyond its header and questions.
"""

from collections import defaultdict
from difflib import SequenceMatcher

import tcp
from seen import LISTS, Difference


class Comparison:
    """Differences, and per list how many items of the oracle there are and how many of them agree."""

    def __init__(self, file):
        self.file = file
        self.differences = []
        self.counts = {name: [0, 0] for name in LISTS}

    def add(self, list_name, place, what):
        self.differences.append(Difference(self.file, list_name, place, what))


def compare(file, main, alternative, ours, beginnings):
    """`beginnings()` gives the (length, digest) up to each hole of every direction that has one."""
    result = Comparison(file)
    groups = [grouped(items) for items in (main, alternative or main, ours)]
    for key in sorted(set().union(*groups), key=repr):
        their_main, their_other, our_items = (group.get(key, []) for group in groups)
        if key[0] == "tcp":
            found, reading = tcp.differences_of(their_main, our_items, beginnings), their_main
        else:
            readings = [their_main]
            if their_other != their_main:
                readings += [their_other, union(their_main, their_other)]
            tried = [(differences_of(reading, our_items), reading) for reading in readings]
            found, reading = min(tried, key=lambda pair: len(pair[0]))
        count = sum(item.complete for item in reading)
        result.counts[key[0]][0] += count
        result.counts[key[0]][1] += count - sum(concerns_theirs for _, _, concerns_theirs in found)
        for place, what, _ in found:
            result.add(key[0], place, what)
    return result


def grouped(items):
    groups = defaultdict(list)
    for item in items:
        # DNS messages of UDP sessions have no connection here: they are told apart by their identities alone.
        groups[item.list, item.connection].append(item)
    return groups


def union(one, other):
    """Both readings of a stream, what they share once."""
    result = []
    matcher = SequenceMatcher(None, [exact(i) for i in one], [exact(i) for i in other], autojunk=False)
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        result += one[left:left_end]
        if tag != "equal":
            result += other[right:right_end]
    return result


def differences_of(theirs, ours):
    """(place, what, whether an item of theirs is concerned) of each difference."""
    is_unordered = any(item.list in ("dns", "websocket") for item in theirs + ours)
    found, lost, extra = [], [], []
    for left, right in by_identity(theirs, ours) if is_unordered else in_order(theirs, ours):
        if left is None:
            extra.append(right)
        elif right is None:
            lost.append(left)
        elif facts := unlike_facts(left, right):
            found.append((left.place, f"{left.text()}: {facts}", True))
    found += [(item.place, f"missing: {item.text()}", True) for item in lost if item.complete]
    found += [(item.place, f"extra: {item.text()}", False) for item in extra if item.complete]
    return found


def in_order(theirs, ours):
    """Pairs of items, in the order of both as far as they agree; None stands for what has no counterpart."""
    matcher = SequenceMatcher(None, [exact(i) for i in theirs], [exact(i) for i in ours], autojunk=False)
    lost, extra = [], []
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(theirs[left:left_end], ours[right:right_end])
        else:
            lost += theirs[left:left_end]
            extra += ours[right:right_end]
    # Of messages that are all alike, the longest run may have been paired with the wrong ones.
    yield from by_identity(lost, extra)


def exact(item):
    return (item.identity, tuple(item.facts.items()) if item.list.startswith("http1") else None)


def by_identity(theirs, ours):
    """Such pairs in any order: those first whose facts agree, and of damaged messages those last that share a beginning."""
    waiting = defaultdict(list)
    for item in ours:
        waiting[item.identity].append(item)
    lost = []
    for item in sorted(theirs, key=lambda item: not item.complete):
        candidates = waiting[item.identity]
        match = next((other for other in candidates if not unlike_facts(item, other)), None)
        match = match or next((other for other in candidates if other.complete or item.list == "dns"), None)
        if match is None:
            lost.append(item)
            continue
        candidates.remove(match)
        yield item, match
    extra = [item for items in waiting.values() for item in items]
    for item in lost:
        match = next((other for other in extra if is_same_damaged(item, other)), None)
        if match is not None:
            extra.remove(match)
        yield item, match
    yield from ((None, item) for item in extra)


def is_same_damaged(left, right):
    """Whether they are one DNS message, of which one side at least could not read the questions."""
    is_damaged = not (left.complete and right.complete)
    return left.list == right.list == "dns" and is_damaged and left.identity[:3] == right.identity[:3]


def unlike_facts(left, right):
    unlike = [
        f"{name} {short(value)} != {short(right.facts[name])}"
        for name, value in left.facts.items()
        if name in right.facts and value != right.facts[name]
    ]
    return ", ".join(unlike)


def short(value):
    if isinstance(value, tuple) and len(value) == 2:
        return f"{value[0]} {(value[1] or '')[:12]}".rstrip()
    text = str(value)
    return text if len(text) < 120 else text[:117] + "…"
