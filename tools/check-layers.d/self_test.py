"""Breaks each rule of tools/check-layers once in a made project, and sees that it says so."""

import functools
import json
import tempfile
from pathlib import Path


class Break:
    """Files to write into the made project, and what must then be said."""

    def __init__(self, expected, files):
        self.expected, self.files = expected, files


BREAKS = [
    Break("Packets may not import CPcap", {"Sources/Packets/A.swift": "import CPcap\n"}),
    Break("Replay may not import NIOCore", {"Sources/Replay/A.swift": "internal import NIOCore\n"}),
    Break("Inspection may not import Foundation", {"Sources/Inspection/A.swift": "import Foundation\n"}),
    Break("Replay may not import Recorder", {"Sources/Replay/A.swift": "@testable import struct Recorder.R\n"}),
    Break("no unsafe code in JSONText", {"Sources/JSONText/A.swift": "let a = unsafe b\n"}),
    Break("no unsafe code in Packets", {"Sources/Packets/A.swift": "a.withUnsafeBytes { _ in }\n"}),
    Break("no '!' outside tests", {"Sources/Relay/A.swift": "let a = b!.c\n"}),
    Break("no '!' outside tests", {"Sources/Relay/A.swift": "let a = try! b()\n"}),
    Break("which lock or loop", {"Sources/Relay/A.swift": "final class A: @unchecked Sendable {}\n"}),
    Break("401 lines", {"Sources/Relay/A.swift": "\n" * 401}),
    Break("a function of 61 lines", {"Tests/T/A.swift": "func a(\n) {\n" + "\n" * 58 + "}\n"}),
    Break("a placeholder is left", {"Sources/Relay/Placeholder.swift": ""}),
    Break("a.pcap: no line", {"fixtures/a.pcap": ""}),
    Break("names gone.pcap", {"fixtures/README.md": "- `gone.pcap`\n"}),
    Break("must be under", {"fixtures/a.pcap": "x" * 100_000, "fixtures/README.md": "- `a.pcap`\n"}),
    Break("b.expected.jsonl: belongs to no capture", {"fixtures/b.expected.jsonl": "{}\n"}),
    Break("b.pcap: has no golden", {"fixtures/b.pcap": "", "fixtures/README.md": "- `sound.pcap`\n- `b.pcap`\n"}),
    Break("the table of modules lacks", {"ARCHITECTURE.md": "\n"}),
    Break("does not know the module Extra", {"ARCHITECTURE.md": "| `Extra` | more | none |\n"}),
    Break("there is no Gone.swift in Sources", {"ARCHITECTURE.md": "(`Gone.swift`)\n"}),
    Break("Package.swift: no target Sandbox", {"Package.swift": ("Sandbox", None)}),
    Break("Sandbox must depend on exactly CLinux", {"Package.swift": ("Sandbox", ["Packets"])}),
    Break("does not know the target Extra", {"Package.swift": ("Extra", [])}),
]


def run(checker):
    checker.described_package = functools.cache(lambda root: made_package(checker, root))
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        problems = checker.check(make_project(checker, Path(folder) / "sound", {}))
        if problems:
            failures += 1
            print("check-layers: self-test: a sound project is called broken:", *problems, sep="\n  ")
        for number, broken in enumerate(BREAKS):
            problems = checker.check(make_project(checker, Path(folder) / str(number), broken.files))
            if not any(broken.expected in problem for problem in problems):
                failures += 1
                print(f"check-layers: self-test: nothing says '{broken.expected}'; found: {problems}")
    print(f"check-layers: self-test: {len(BREAKS) + 1 - failures} passed, {failures} failed")
    return 1 if failures else 0


def make_project(checker, root, files):
    table = [
        f"| `{module}` | a purpose | {names(checker, module) or 'none'} |" for module in checker.MODULES
    ]
    sound = {
        "ARCHITECTURE.md": "\n".join(table),
        "Sources/Relay/Sound.swift": (
            "import NIOCore\npublic import SessionEvents\n\n"
            "// Guarded by the lock.\nfinal class Sound: @unchecked Sendable {}\n"
            'let text = "no! try! as!"  // no! try!\nlet equal = a != b\n'
        ),
        "Sources/Packets/Sound.swift": "/// Nothing unsafe.\nfunc short() {\n}\n",
        "fixtures/README.md": "- `sound.pcap`: nothing\n",
        "fixtures/sound.pcap": "",
        "fixtures/sound.expected.jsonl": "",
    }
    for name, text in (sound | files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    return root


def names(checker, module):
    return ", ".join(f"`{name}`" for name in checker.MODULES[module] + checker.PACKAGES.get(module, []))


def made_package(checker, root):
    """What `swift package dump-package` would say; a change made to it stands in the file as JSON."""
    targets = {module: checker.MODULES[module] + checker.PACKAGES.get(module, []) for module in checker.MODULES}
    manifest = root / "Package.swift"
    if manifest.exists():
        target, dependencies = json.loads(manifest.read_text())
        targets[target] = dependencies
    return {
        "targets": [
            {
                "name": name,
                "type": "regular",
                "dependencies": [{"byName": [item, None]} for item in dependencies],
                "settings": [{"kind": {"strictMemorySafety": {}}}],
            }
            for name, dependencies in targets.items()
            if dependencies is not None
        ]
    }
