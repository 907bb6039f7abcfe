import ContentCoding
import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `Curl export` {
  private func script(_ sessions: [[PacketEvent]], isRedacted: Bool = false) throws -> (
    bytes: [UInt8], remarks: [String]
  ) {
    var exporting = try Exporting()
    exporting.options.isRedacted = isRedacted
    exporting.options.bodyLimit = 1_000_000
    let (output, remarks) = try exporting.run(sessions) { try CurlExport(to: $0, options: $1) }
    return (output, remarks)
  }

  /// The requests that arrive when the script is run by a shell.
  private func replay(_ script: [UInt8], shell: String) throws -> [[UInt8]] {
    let place = try TemporaryDirectory()
    let server = try RecordingServer()
    defer { server.stop() }
    let curl = try #require(try ToolRun(["sh", "-c", "command -v curl"]).lines.first)
    let wrapper =
      "#!/bin/sh\nexec \(curl) -q -sS --noproxy '*' --connect-to ::127.0.0.1:\(server.port) \"$@\"\n"
    let path = try place.write(Array(wrapper.utf8), to: "curl")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    let file = try place.write(script, to: "script.sh")
    let check = try ToolRun([shell, "-n", file])
    #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
    let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let run = try ToolRun(["env", "PATH=\(place.url.path):\(search)", "HOME=\(place.url.path)", shell, file])
    #expect(run.errors == "")
    return server.requests
  }

  private static func requests(_ sessions: [[PacketEvent]]) throws -> [HTTPRequest] {
    var found: [HTTPRequest] = []
    try Exporting.observe(sessions, bodies: nil) { observation in
      guard case .exchange(let exchange, _) = observation else { return }
      switch exchange.content {
      case .http1(let http), .http2(let http, stream: _):
        if let request = http.request { found.append(request) }
      default: break
      }
    }
    return found
  }

  /// What matters of a request: its fields in no order, for curl has its own for some.
  private static func facts(_ request: HTTPRequest) -> [String] {
    let fields = request.headers.map { "\(printable($0.name).lowercased()): \(printable($0.value))" }.sorted()
    return [
      "\(printable(request.method)) \(printable(request.target)) \(request.version)",
      "\(request.body.byteCount) \(request.body.sha256.map { $0.hexText } ?? "-")",
    ] + fields
  }

  private static func printable(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 0x20 || $0 > 0x7e) ? "<\($0)>" : String(Unicode.Scalar($0)) }.joined()
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var request: [UInt8]

    init(_ head: String, body: [UInt8] = []) {
      request = Array(head.replacing("\n", with: "\r\n").utf8) + Array("\r\n\r\n".utf8) + body
    }

    init(_ head: [UInt8]) {
      request = head + Array("\r\n\r\n".utf8)
    }

    var testDescription: String { String(decoding: request.prefix(40), as: UTF8.self).debugDescription }
  }

  static let everyByte = (0...255).map { UInt8($0) }

  static let cases = [
    Case("GET / HTTP/1.1\nHost: a.test"),
    Case(
      "GET /?a=$(id)&b=`id`;c='\"\\&d={1,2}[3-4]&e=%25!#x HTTP/1.1\nHost: a.test:80\nUser-Agent: it's $HOME"),
    Case("GET /../a/./b/../c//d HTTP/1.1\nHost: a.test\nAccept: */*\nX-Empty:\nX-Same: 1\nX-Same: 2"),
    Case("HEAD /h HTTP/1.1\nHost: a.test\nAccept-Encoding: gzip, br"),
    Case("DELETE /d HTTP/1.1\nHost: a.test"),
    Case("M-SEARCH * HTTP/1.1\nHost: a.test"),
    Case("OPTIONS * HTTP/1.1\nHost: a.test"),
    Case("GET http://b.test/proxied?x HTTP/1.1\nHost: b.test"),
    Case("GET /old HTTP/1.0"),
    Case("GET /old HTTP/1.0\nHost: a.test\nConnection: keep-alive"),
    Case("POST /empty HTTP/1.1\nHost: a.test\nContent-Length: 0"),
    Case("POST /bare HTTP/1.1\nHost: a.test"),
    Case(
      "POST /form HTTP/1.1\nHost: a.test\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 9",
      body: Array("a=1&b='2'".utf8)),
    Case("POST /at HTTP/1.1\nHost: a.test\nContent-Length: 12", body: Array("@/etc/passwd".utf8)),
    Case("PUT /lines HTTP/1.1\nHost: a.test\nContent-Length: 9", body: Array("a\r\nb\n\nc\n ".utf8)),
    Case("PUT /bytes HTTP/1.1\nHost: a.test\nContent-Length: 256", body: everyByte),
    Case("GET /body HTTP/1.1\nHost: a.test\nContent-Length: 4", body: Array("%s\\n".utf8)),
    Case(
      "POST /c HTTP/1.1\nHost: a.test\nTransfer-Encoding: chunked",
      body: Array("5\r\nhello\r\n0\r\n\r\n".utf8)),
    Case(
      "POST /z HTTP/1.1\nHost: a.test\nContent-Encoding: gzip\nContent-Length: 28",
      body: [UInt8](hex: "1f8b0800000000000203cb48cdc9c957c8402701e3513d8d17000000")),
    Case(
      "PUT /large HTTP/1.1\nHost: a.test\nContent-Length: 204800", body: (0..<800).flatMap { _ in everyByte }),
    Case(
      "PUT /text HTTP/1.1\nHost: a.test\nContent-Length: 204800",
      body: [UInt8](repeating: 0x27, count: 204_800)),
    Case(
      "POST /expect HTTP/1.1\nHost: a.test\nExpect: 100-continue\nContent-Length: 2", body: Array("ok".utf8)),
    Case(
      Array("GET /caf\u{e9}/\"<>^|{}\\ HTTP/1.1\r\nHost: a.test\r\nX-Bytes: ".utf8)
        + (0x80...0xff).map { UInt8($0) }),
    Case("GET /-o/x HTTP/1.1\nHost: a.test\n-X: -y\n@X: z"),
    Case(
      "GET /cookie HTTP/1.1\nHost: a.test\nCookie: a=1; b=2\nAuthorization: Basic dTpw\nReferer: http://a.test/"
    ),
    Case("get /lower HTTP/1.1\nHost: a.test"),
    Case("GET /host HTTP/1.1\nHost: UPPER.Test"),
  ]

  @Test(arguments: ["sh", "bash"])
  func `repeats every request, byte for byte`(shell: String) throws {
    let sessions = Self.cases.enumerated().map { index, test in
      var script = EventScript(session: UInt64(index + 1), at: UInt64(index * 10 + 1))
      script.client(test.request)
      script.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      script.finish()
      return script.events
    }
    let expected = try Self.requests(sessions).filter { request in
      // Refused, see below.
      !request.headers.contains { $0.name.first == UInt8(ascii: "@") }
    }
    let found = try replay(try script(sessions).bytes, shell: shell)
    try #require(found.count == expected.count)
    for (bytes, request) in zip(found, expected) {
      var script = EventScript()
      script.client(bytes)
      script.finish()
      let again = try #require(try Self.requests([script.events]).first)
      #expect(Self.facts(again) == Self.facts(request))
    }
  }

  @Test func `repeats requests of HTTP/2`() throws {
    let recording = Fixtures.folder.appendingPathComponent("http2-streams.pcap").path
    var requests: [HTTPRequest] = []
    let exporting = try Exporting()
    let exporter = try CurlExport(
      to: try ExportOutput(path: exporting.place.path("out")), options: exporting.options)
    _ = try RecordingReplayer(path: recording).observe(
      services: ContentServices.system, bodies: exporter.bodies
    ) {
      try? exporter.receive($0, isWanted: true)
      if case .exchange(let exchange, _) = $0, case .http2(let http, let stream) = exchange.content,
        stream > 0,
        var request = http.request
      {
        request.scheme = "http"
        requests.append(request)
      }
    }
    try exporter.finish()
    // Without TLS, as the server has none.
    let text = String(decoding: try exporting.place.read("out"), as: UTF8.self)
      .replacing("https://", with: "http://").replacing("--http2 ", with: "--http2-prior-knowledge ")
    let found = try replay(Array(text.utf8), shell: "sh")
    #expect(requests.count > 3)
    let again = try found.map { bytes in
      var script = EventScript()
      script.client(bytes)
      script.finish()
      return try #require(try Self.requests([script.events]).first)
    }
    #expect(Set(again.map(Self.facts)) == Set(requests.map(Self.facts)))
  }

  struct Refusal: Sendable {
    var request: String
    var comment: String
  }

  static let refusals = [
    Refusal(
      request: "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
      comment: "# not repeated: CONNECT http://a.test:443/: it opens a tunnel"),
    Refusal(
      request: "GET /x HTTP/1.1\r\nHost: a.test\r\n@f: 1\r\n\r\n",
      comment: "# not repeated: GET http://a.test/x: its header field '@f' has no proper name"),
    Refusal(
      request: "GET /n HTTP/1.1\r\nHost: a.test\r\nX: a\u{0}b\r\n\r\n",
      comment: "# not repeated: GET http://a.test/n: its header field 'X' has control characters"),
    Refusal(
      request: "POST /p HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nhalf",
      comment: "# not repeated: POST http://a.test/p: it is incomplete in the capture"),
    Refusal(
      request: "POST /p HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000001\r\n\r\n"
        + String(repeating: "x", count: 1_000_001),
      comment:
        "# not repeated: POST http://a.test/p: of its body, 1,000,001 bytes left out, for the limit is 1,000,000"
    ),
  ]

  @Test(arguments: refusals)
  func `says in a comment which it cannot repeat, and why`(_ test: Refusal) throws {
    let (bytes, remarks) = try script([Exporting.http([(test.request, "")])])
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.split(separator: "\n").contains(Substring(test.comment)), "\(text)")
    #expect(!text.contains("\ncurl"))
    #expect(remarks == ["1 request cannot be repeated; a comment in the script says why"])
  }

  @Test func `keeps whatever is in the capture out of comments and commands`() throws {
    let process = ProcessFacts(uid: 1, pid: 7, name: "a\nid\n#")
    var events = Exporting.http([("GET /'$(id) HTTP/1.1\r\nHost: a.test\r\nX: #\tid\r\n\r\n", "")])
    if case .opened(var opening) = events[0].event.kind {
      opening.process = process
      events[0].event.kind = .opened(opening)
    }
    let text = String(decoding: try script([events]).bytes, as: UTF8.self)
    for line in text.split(separator: "\n") {
      #expect(line.hasPrefix("#") || line.hasPrefix("curl") || line.hasPrefix("  "), "\(line)")
    }
    #expect(text.contains(#"# session 1, a\u{a}id\u{a}#[7], "#))
  }

  @Test func `replaces secrets where that is asked for`() throws {
    let (bytes, remarks) = try script([HAR.login], isRedacted: true)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("dTpw") && !text.contains("password=p"))
    #expect(text.contains("'user=u&password=REDACTED'"))
    #expect(remarks == ["3 secrets (passwords, tokens, cookies) replaced by REDACTED"])
  }

  private typealias HAR = `HAR export`
}
