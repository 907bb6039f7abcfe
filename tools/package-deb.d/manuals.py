#!/usr/bin/env python3
"""Writes man pages from what the commands say of themselves.

usage: manuals.py RELAY REPLAY DIRECTORY

A page for each command and each of its subcommands, in DIRECTORY/manSECTION: options and arguments from
--experimental-dump-help, all that the help ends with (exit statuses, examples) from --help.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

# Who needs root to use them belongs in section 8 (man-pages(7)).
ADMINISTRATION = {"relay-serve", "relay-rules", "relay-ca", "relay-status"}


def main(relay, replay, directory):
    for program in (relay, replay):
        dump = output(program, "--experimental-dump-help")
        write_pages(program, json.loads(dump)["command"], [Path(program).name], Path(directory))


def output(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def write_pages(program, command, path, directory):
    """Writes the page of a command, and those of the subcommands that it has, which are listed on it."""
    page = "-".join(path[:2])
    subcommands = [c for c in command.get("subcommands", []) if c["commandName"] != "help"]
    if len(path) <= 2:
        section = section_of(page)
        file = directory / f"man{section}" / f"{page}.{section}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page_text(program, command, path, subcommands))
    if len(path) == 1:
        for subcommand in subcommands:
            write_pages(program, subcommand, [*path, subcommand["commandName"]], directory)


def section_of(page):
    return 8 if page in ADMINISTRATION else 1


def page_text(program, command, path, subcommands):
    page = "-".join(path)
    section = section_of(page)
    lines = [
        f".TH {escape(page.upper())} {section} {escape(quoted('Wiretape'))}",
        ".SH NAME",
        f"{escape(page)} \\- {escape(command['abstract'].rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {escape(usage(program, path))}",
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", *paragraphs(command["discussion"])]
    if subcommands:
        lines += [".SH COMMANDS", *(line for c in subcommands for line in described(program, path, c))]
    lines += options(command)
    lines += ending(output(program, *path[1:], "--help"))
    lines += [".SH SEE ALSO", see_also(path, subcommands)]
    return "\n".join(lines) + "\n"


def described(program, path, command):
    """One entry of the list of subcommands; a third level, which has no page of its own, with its options."""
    yield ".TP"
    yield f".B {escape(' '.join([*path, command['commandName']]))}"
    yield escape(command["abstract"])
    if len(path) == 2:
        if command.get("discussion"):
            yield ".IP"
            yield from paragraphs(command["discussion"], ".IP")
        shown = [a for a in command.get("arguments", []) if is_shown(a)]
        if shown:
            yield ".RS"
            for argument in shown:
                yield from entry(argument)
            yield ".RE"


def usage(program, path):
    text = output(program, *path[1:], "--help")
    match = re.search(r"^USAGE: (.*?)\n\n", text, re.M | re.S)
    return " ".join(match.group(1).split())


def options(command):
    """Arguments under the titles that the help gives them."""
    by_title = {}
    for argument in command.get("arguments", []):
        if is_shown(argument):
            by_title.setdefault(argument.get("sectionTitle") or "Options", []).append(argument)
    for title, arguments in by_title.items():
        yield f".SH {escape(quoted(title.upper()))}"
        for argument in arguments:
            yield from entry(argument)


def is_shown(argument):
    names = [name["name"] for name in argument.get("names") or []]
    return argument["shouldDisplay"] and not {"help", "version"} & set(names)


def entry(argument):
    yield ".TP"
    if argument["kind"] == "positional":
        yield f".I {escape(argument.get('valueName', ''))}"
    else:
        dashes = {"short": "-", "long": "--", "longWithSingleDash": "-"}
        names = ", ".join(dashes[n["kind"]] + n["name"] for n in argument["names"])
        value = f" {argument['valueName']}" if argument["kind"] == "option" else ""
        yield f".B {escape(names + value)}"
    text = argument.get("abstract", "")
    if argument.get("defaultValue") is not None and "(default:" not in text:
        text += f" (default: {argument['defaultValue']})"
    yield escape(text) or "\\&"


def ending(text):
    """What stands behind the options in the help: titles in capitals, each with its lines as they are."""
    _, _, rest = text.partition("-h, --help")
    current = []
    for line in rest.split("\n")[1:]:
        title = re.fullmatch(r"([A-Z][A-Z ]+):", line)
        if title and title.group(1) not in ("SUBCOMMANDS", "OPTIONS"):
            yield from verbatim(current)
            current = []
            yield f".SH {escape(quoted(title.group(1)))}"
        elif title:
            return
        elif line.startswith("  See '"):
            continue
        else:
            current.append(line)
    yield from verbatim(current)


def verbatim(lines):
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return [".nf", *(escape(line) for line in lines), ".fi"] if lines else []


def paragraphs(text, separator=".PP"):
    for index, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if index:
            yield separator
        if re.search(r"^\s{2,}\S", paragraph, re.M):
            yield from verbatim(paragraph.split("\n"))
        else:
            yield escape(" ".join(paragraph.split()))


def see_also(path, subcommands):
    pages = ["relay", "replay"]
    if len(path) == 1:
        pages += [f"{path[0]}-{c['commandName']}" for c in subcommands]
    own = "-".join(path)
    return ", ".join(f".BR {escape(p)} ({section_of(p)})" for p in pages if p != own).replace(", .BR", " ,\n.BR")


def quoted(text):
    return f'"{text}"'


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) and not text.startswith(".BR") else text


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
