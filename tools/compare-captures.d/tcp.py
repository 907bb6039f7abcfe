"""The comparison of one pair of endpoints' TCP connections, one after the other."""

from difflib import SequenceMatcher


def differences_of(theirs, ours, beginnings):
    """(place, what, whether an item of theirs is concerned) of each difference."""
    theirs, ours = ([item for item in items if item.complete] for items in (theirs, ours))
    matcher = SequenceMatcher(None, [exact(i) for i in theirs], [exact(i) for i in ours], autojunk=False)
    found = []
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        if tag != "equal":
            found += unlike(theirs[left:left_end], ours[right:right_end], beginnings)
    return found


def exact(item):
    return tuple(sorted(item.facts.items()))


def unlike(theirs, ours, beginnings):
    for left, right in zip(theirs, ours):
        sides = [side for side in left.facts if not agrees(side, left, right, beginnings)]
        if sides:
            what = ", ".join(f"{side}: {short(left, side)} != {short(right, side)}" for side in sides)
            yield left.place, f"{what} (session {right.session}, {right.place})", True
    both = min(len(theirs), len(ours))
    yield from ((item.place, f"missing: {text(item)}", True) for item in theirs[both:])
    yield from ((item.place, f"extra: {text(item)}", False) for item in ours[both:])


def agrees(side, left, right, beginnings):
    theirs = left.facts[side]
    return theirs == right.facts[side] or theirs in beginnings().get((right.session, side), ())


def text(item):
    return ", ".join(f"{side}: {short(item, side)}" for side in sorted(item.facts))


def short(item, side):
    length, digest = item.facts[side]
    return f"{length} {(digest or '')[:8]}".rstrip()
