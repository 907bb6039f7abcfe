import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `Markdown export` {
  private func markdown(
    _ sessions: [[PacketEvent]], bodyLimit: Int = 2_000, isRedacted: Bool = true
  ) throws -> String {
    var exporting = try Exporting()
    exporting.options.bodyLimit = bodyLimit
    exporting.options.isRedacted = isRedacted
    let (output, _) = try exporting.run(sessions) { try MarkdownExport(to: $0, options: $1) }
    return String(decoding: output, as: UTF8.self)
  }

  /// What is left of a document without its blocks and spans of code: what could be markup.
  private func outsideCode(_ markdown: String) throws -> String {
    var fence: Substring?
    var rest = ""
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let ticks = line.prefix { $0 == "`" }
      if let open = fence {
        if ticks.count >= open.count, line.count == ticks.count { fence = nil }
      } else if ticks.count >= 3, !line.dropFirst(ticks.count).contains("`") {
        fence = ticks
      } else {
        rest += withoutSpans(line) + "\n"
      }
    }
    try #require(fence == nil, "a block of code does not end")
    return rest
  }

  private func withoutSpans(_ line: Substring) -> String {
    var rest = ""
    var line = line
    while let start = line.firstIndex(of: "`") {
      rest += line[..<start]
      let ticks = line[start...].prefix { $0 == "`" }
      var inner = line[ticks.endIndex...]
      // A span ends at a run of exactly as many.
      while let next = inner.firstIndex(of: "`") {
        let run = inner[next...].prefix { $0 == "`" }
        inner = inner[run.endIndex...]
        if run.count == ticks.count { break }
      }
      line = inner
    }
    return rest + line
  }

  @Test func `begins with a summary, then tells every session`() throws {
    let text = try markdown([`HAR export`.login])
    #expect(
      text.hasPrefix(
        """
        # Traffic of `test.pcap`

        1970-01-01 00:00:00 UTC, 5.0 ms: 1 session, 1 exchange, 0 errors, 0 findings.

        ## Hosts

        | host | exchanges | errors | unanswered | sent | received | median | 95 % | slowest |
        | --- | --: | --: | --: | --: | --: | --: | --: | --: |
        | `198.51.100.7` | 1 | 0 | 0 | 17 B | 6 B | 1.0 ms | 1.0 ms | 1.0 ms |

        ## Session 1: `192.0.2.1:40000` → `198.51.100.7:80`

        - client: `192.0.2.1:40000`
        - server: `198.51.100.7:80 tcp`
        - end: `closed`

        ### `POST http://example.com/login?next=%2Fa+b&x` → 302

        00:00:00.002, 1.0 ms, sent 17 B, received 6 B, packet 2

        ```http
        POST /login?next=%2Fa+b&x HTTP/1.1
        Host: example.com
        Cookie: a=REDACTED; b=REDACTED
        Authorization: Basic REDACTED
        Content-Type: application/x-www-form-urlencoded
        Content-Length: 17
        ```

        ```
        user=u&password=REDACTED
        ```

        ```http
        HTTP/1.1 302 Found
        Location: /a
        Set-Cookie: sid=REDACTED; Path=/; HttpOnly; Expires=Wed, 21 Oct 2015 07:28:00 GMT
        Content-Type: text/plain; charset=utf-8
        Content-Length: 6
        ```

        ```
        Grüß
        ```


        """))
  }

  @Test func `shows secrets only when told to`() throws {
    let shown = try markdown([`HAR export`.login], isRedacted: false)
    #expect(shown.contains("Authorization: Basic dTpw"))
    #expect(shown.contains("user=u&password=p\n"))
  }

  @Test func `lists findings`() throws {
    let session = Exporting.http([
      (
        "GET / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n"
      )
    ])
    let text = try markdown([session])
    #expect(
      text.contains(
        "## Findings\n\n| session | finding | where | what |\n| --- | --- | --- | --- |\n| 1 | `http1."))
  }

  @Test func `cuts long bodies between characters, and says how much is left`() throws {
    let body = "a" + String(repeating: "é", count: 100)
    let session = Exporting.http([
      ("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 201\r\n\r\n\(body)")
    ])
    let text = try markdown([session], bodyLimit: 10)
    #expect(text.contains("```\naéééé\n```\n\nBody of the response: 192 more bytes.\n"))
  }

  @Test func `says of a body that is no text how large it is`() throws {
    var script = EventScript()
    script.client("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
    script.server(Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n".utf8) + [0, 1, 2])
    script.finish()
    #expect(try markdown([script.events]).contains("Body of the response: 3 B that are no text.\n"))
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var testDescription: String { text.debugDescription }
  }

  static let hostile = [
    "```", "````", "a\n```\n<script>alert(1)</script>\n```", "`<img src=x onerror=x>`", "``", "`",
    "| a | b |",
    "\\| a \\\\| b", "<!-- -->", "[x](javascript:x)", "# heading", "- [ ] task", "@octocat #1 :tada:",
    "&lt;b&gt;",
    "~~~", "a\u{202e}b\u{1b}[31m\u{7}", "$x$ $$y$$", "\\`", "trailing`", " ", "1. x\n\n    code", "\r```\r",
  ].map { Case(text: $0) }

  @Test(arguments: hostile)
  func `keeps in code whatever the capture holds`(_ test: Case) throws {
    let line = test.text.replacing("\n", with: " ").replacing("\r", with: " ")
    let target = line.replacing(" ", with: "")
    let session = Exporting.http([
      (
        "POST /\(target) HTTP/1.1\r\nHost: \(line)\r\nX: \(line)\r\nContent-Length: \(test.text.utf8.count)\r\n\r\n\(test.text)",
        "HTTP/1.1 200 \(line)\r\nContent-Type: \(line)\r\nContent-Encoding: \(line)\r\nContent-Length: \(test.text.utf8.count)\r\n\r\n\(test.text)"
      ),
      ("GET / HTTP/1.1\r\n: \(line)\r\n\(line)\r\n\r\n", "HTTP/1.1 abc \(line)\r\n\r\n"),
    ])
    var events = session
    if case .opened(var opening) = events[0].event.kind {
      opening.process = ProcessFacts(
        uid: 1, user: test.text, pid: 1, name: test.text, executable: test.text,
        commandLine: [test.text, line],
        unit: test.text)
      events[0].event.kind = .opened(opening)
    }
    let text = try markdown([events], isRedacted: false)
    let outside = try outsideCode(text)
    #expect(
      !outside.contains("<") && !outside.contains("`") && !outside.contains("](")
        && !outside.contains("\u{202e}"))
    #expect(!outside.contains("@octocat") && !outside.contains("alert"))
    #expect(
      !text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" || $0 == "\u{7}" || $0 == "\r" })
    for row in outside.split(separator: "\n") where row.hasPrefix("|") {
      #expect([5, 10].contains(row.count { $0 == "|" }), "\(row)")
    }
    for line in outside.split(separator: "\n") where line.hasPrefix("#") {
      #expect(
        ["# Traffic of ", "## Hosts", "## Findings", "## Session 1: ", "### "].contains { line.hasPrefix($0) }
      )
    }
  }
}
