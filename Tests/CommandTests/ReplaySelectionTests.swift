import Foundation
import TestSupport
import Testing

/// `--process`, on a recording of two programs: sessions 1 and 2 are curl[112]'s, 3 and 4 curl[111]'s.
@Suite struct `replay --process` {
  private static let capture = Fixtures.folder.appending(path: "http1-head-and-upload.pcap").path

  struct Case: CustomTestStringConvertible, Sendable {
    var options: [String]
    var sessions: [Int]

    var testDescription: String { options.joined(separator: " ") }
  }

  static let cases = [
    Case(options: ["--process", "curl"], sessions: [1, 2, 3, 4]),
    Case(options: ["--process", "111"], sessions: [3, 4]),
    Case(options: ["--process", "112", "--process", "wget"], sessions: [1, 2]),
    Case(options: ["--process", "112", "--process", "111"], sessions: [1, 2, 3, 4]),
    Case(options: ["--process", "11"], sessions: []),
  ]

  /// The lines of a report, each with the session that it is of: its own, or, where it goes on, that of the line before;
  /// nil for what is of none, as a date.
  private func lines(_ report: String) -> [(text: Substring, session: Int?)] {
    var session: Int?
    return report.split(separator: "\n").map { line in
      let number = line.firstMatch(of: /^#(\d+)|"session":(\d+)/).flatMap { Int($0.1 ?? $0.2 ?? "") }
      if !line.hasPrefix(" ") { session = number }
      return (line, session)
    }
  }

  @Test(arguments: cases)
  func `leaves of every report the lines of these processes' sessions, as they are`(_ test: Case) throws {
    for command in [["show"], ["exchanges"], ["events"], ["list"], ["list", "--json"]] {
      let whole = try Tool("replay").run(command + [Self.capture])
      let part = try Tool("replay").run(command + [Self.capture] + test.options)
      let expected = lines(whole.output).filter { line in
        line.session.map(test.sessions.contains) ?? !test.sessions.isEmpty
      }
      #expect(lines(part.output).map(\.text) == expected.map(\.text), "\(command)")
      #expect(Set(expected.compactMap(\.session)) == Set(test.sessions))
      #expect(part.status == 0)
    }
  }

  @Test func `says what matched nothing, once all is told`() throws {
    let result = try Tool("replay").run(
      ["list", Self.capture, "--process", "wget", "--process", "112", "--process", "11"])
    #expect(
      result.errors == "replay: no session is of process 'wget'\nreplay: no session is of process '11'\n")
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(result.status == 0)
  }
}
