"""Reads just enough of Swift source, as swift-format lays it out, for tools/check-layers."""

import re

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)
FUNCTION = re.compile(r"^(\s*)(?:[\w@().]+\s+)*(?:func\s|init[?(<]|deinit\b|subscript\b)")
STRING_OR_COMMENT = re.compile(
    r'(#*)"""[\s\S]*?"""\1' r'|(#+)"[\s\S]*?"\2' r'|"(?:\\.|[^"\\\n])*"' r"|//[^\n]*" r"|`[^`\n]*`"
)


def imports(text):
    """Line number and module of each import."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := IMPORT.match(line):
            yield number, match.group(1)


def without_text(text):
    """The source with strings, comments and quoted names blanked, its lines kept."""
    return STRING_OR_COMMENT.sub(lambda match: '""' + "\n" * match.group().count("\n"), text)


def functions(text):
    """Line number and length of each function that has a body of more than one line."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        match = FUNCTION.match(line)
        if match is None or not has_body(lines, start):
            continue
        for end in range(start + 1, len(lines)):
            if lines[end].rstrip() == match.group(1) + "}":
                yield start + 1, end - start + 1
                break


def has_body(lines, start):
    """Whether the declaration that begins here ends in an opening brace, maybe some lines below."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    for line in lines[start:]:
        if line.rstrip().endswith("{"):
            return True
        inner = len(line) - len(line.lstrip())
        if not line.strip() or line is not lines[start] and inner <= indent and not line.lstrip().startswith(")"):
            return False
    return False
