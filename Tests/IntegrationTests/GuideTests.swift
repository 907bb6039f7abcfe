import Foundation
import TestSupport
import Testing

/// `docs/TESTING-WITH-RECORDINGS.md`: every command of it does what it shows, from the first recording on.
@Suite struct `docs/TESTING-WITH-RECORDINGS.md` {
  private static let document = GuideDocument()

  @Test func `shows what its commands print`() throws {
    let world = try World.shared()
    let folder = "/run/world/home/\(UUID().uuidString)"
    let examples = Self.document.examples
    try #require(examples.count > 20)
    let script = try #require(examples.first { $0.command == "cat my-tests" }).output
    let begin = "mkdir \(folder) && cd \(folder) && cat >my-tests && chmod +x my-tests"
    #expect(try world.enter(["sh", "-c", begin], as: .ordinary, input: script).status == 0)
    for example in examples {
      let output = try world.shell(
        "cd \(folder) && export XDG_CACHE_HOME=\(folder)/.cache && exec 2>&1 && \(example.command)")
      #expect(Self.general(output.stdout) == Self.general(example.output), "\(example.command)")
    }
  }

  @Test func `runs in its examples of CI what it has shown`() throws {
    let command = "replay check --strict --junit report.xml recordings"
    let text = Self.document.text
    #expect(text.contains("      - run: \(command)\n"))
    #expect(text.contains("    - \(command)\n"))
    #expect(Self.document.examples.contains { $0.command == command })
  }

  /// Without the numbers of packets, which depend on how the kernel cuts what is sent.
  private static func general(_ text: String) -> String {
    text.replacing(/packet \d+/, with: "packet N").replacing(/-g \d+/, with: "-g N")
  }
}

/// The document's commands, in fences marked `console`, as one session.
private struct GuideDocument {
  struct Example {
    var command: String
    var output: String
  }

  let text: String

  init() {
    let path = RunningWorld.repository.appending(path: "docs/TESTING-WITH-RECORDINGS.md").path
    text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  var examples: [Example] {
    var examples: [Example] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, line.hasPrefix("$ ") {
        examples.append(Example(command: String(line.dropFirst(2)), output: ""))
      } else if isInside, !examples.isEmpty {
        examples[examples.count - 1].output += line + "\n"
      }
    }
    return examples
  }
}
