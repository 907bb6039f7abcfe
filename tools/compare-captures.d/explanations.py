"""Differences that are known, and why they are."""

import re


class Unreadable(Exception):
    pass


class Explanation:
    def __init__(self, file, list_name, place, source, why):
        self.file, self.list, self.place, self.source, self.why = file, list_name, place, source, why
        self.is_used = False

    def covers(self, difference):
        if (self.file, self.list) != (difference.file, difference.list):
            return False
        kind, first, last = re.fullmatch(r"(\w+) (\d+)(?:-(\d+))?", self.place).groups()
        there = re.fullmatch(r"(\w+) (\d+)", difference.place)
        return bool(there) and there[1] == kind and int(first) <= int(there[2]) <= int(last or first)


class Explanations:
    def __init__(self, entries):
        self.entries = entries

    def apply(self, results):
        """Marks the differences that are explained; returns how many are not."""
        unexplained = 0
        for result in results:
            for difference in result.differences:
                for entry in self.entries:
                    if entry.covers(difference):
                        entry.is_used = True
                        difference.explained = entry.why
                        break
                else:
                    unexplained += 1
        return unexplained

    def unused(self, files):
        return [entry for entry in self.entries if entry.file in files and not entry.is_used]


def load(path):
    """Reads the explanations; a missing file has none."""
    entries = []
    if not path.exists():
        return Explanations(entries)
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 5 or not all(parts) or not re.fullmatch(r"\w+ \d+(-\d+)?", parts[2]):
            raise Unreadable(f"'{path}' line {number} is no explanation")
        entries.append(Explanation(*parts))
    return Explanations(entries)
