import Foundation
import TestSupport
import Testing

/// A document with commands and what they print, in fences marked `console`.
struct ConsoleDocument {
  struct Example: CustomTestStringConvertible, Sendable {
    var command: String
    /// Standard output and standard error.
    var output: String

    var testDescription: String { command }
  }

  /// One session at a terminal: commands that find each other's files.
  struct Session: CustomTestStringConvertible, Sendable {
    var examples: [Example]

    var testDescription: String { examples.first?.command ?? "" }

    /// Runs its commands among copies of the fixtures; each must print what stands below it.
    func check() throws {
      let place = try TemporaryDirectory()
      for name in Fixtures.files(in: "") where name.hasSuffix(".pcap") || name.hasSuffix(".jsonl") {
        try FileManager.default.copyItem(
          atPath: Fixtures.folder.appendingPathComponent(name).path, toPath: place.path(name))
      }
      let tools = URL(filePath: Tool.path("replay")).deletingLastPathComponent().path
      for example in examples {
        let script = "cd '\(place.url.path)' && PATH='\(tools)':$PATH && exec 2>&1 && \(example.command)"
        let run = try ToolRun(["sh", "-c", script])
        let output = run.text.split(separator: "\n", omittingEmptySubsequences: false)
          .filter { !$0.hasPrefix("Running as user \"root\"") }.joined(separator: "\n")
        #expect(output == example.output)
      }
    }
  }

  /// The text, or none where there is no such document.
  let text: String

  init(_ name: String) {
    let path = Fixtures.folder.deletingLastPathComponent().appendingPathComponent("docs/\(name)").path
    text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  var sessions: [Session] {
    var sessions: [Session] = []
    var fence: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let open = fence {
        if line == open {
          fence = nil
        } else if line.hasPrefix("$ ") {
          sessions[sessions.count - 1].examples.append(
            Example(command: String(line.dropFirst(2)), output: ""))
        } else {
          let last = sessions[sessions.count - 1].examples.count - 1
          sessions[sessions.count - 1].examples[last].output += line + "\n"
        }
      } else if line.hasPrefix("```"), line.hasSuffix("console") {
        fence = String(line.prefix { $0 == "`" })
        sessions.append(Session(examples: []))
      }
    }
    return sessions
  }
}
