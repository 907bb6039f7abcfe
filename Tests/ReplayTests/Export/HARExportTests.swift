import ContentCoding
import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `HAR export` {
  private func har(
    _ sessions: [[PacketEvent]], bodyLimit: Int? = nil, isRedacted: Bool = false,
    isWanted: (Observation) -> Bool = { _ in true }
  ) throws -> (har: JSONTree, remarks: [String]) {
    var exporting = try Exporting()
    exporting.options.bodyLimit = bodyLimit
    exporting.options.isRedacted = isRedacted
    let (output, remarks) = try exporting.run(sessions, isWanted: isWanted) {
      try HARExport(to: $0, options: $1)
    }
    let tree = try JSONTree(output)
    #expect(HARRules.problems(tree) == [])
    return (tree, remarks)
  }

  private func entries(_ sessions: [[PacketEvent]], bodyLimit: Int? = nil, isRedacted: Bool = false) throws
    -> [JSONTree]
  {
    try har(sessions, bodyLimit: bodyLimit, isRedacted: isRedacted).har["log"]["entries"].elements
  }

  static let login = Exporting.http([
    (
      request: "POST /login?next=%2Fa+b&x HTTP/1.1\r\nHost: example.com\r\nCookie: a=1; b=2\r\n"
        + "Authorization: Basic dTpw\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n"
        + "user=u&password=p",
      response:
        "HTTP/1.1 302 Found\r\nLocation: /a\r\nSet-Cookie: sid=1; Path=/; HttpOnly; Expires=Wed, 21 Oct 2015 07:28:00 GMT\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\nGrüß"
    )
  ])

  @Test func `tells everything of an exchange`() throws {
    let entry = try #require(try entries([Self.login]).first)
    #expect(entry["startedDateTime"].text == "1970-01-01T00:00:00.002000Z")
    #expect(entry["time"].number == 1)
    #expect(entry["serverIPAddress"].text == "198.51.100.7")
    #expect(entry["connection"].text == "1")
    let request = entry["request"]
    #expect(request["method"].text == "POST")
    #expect(request["url"].text == "http://example.com/login?next=%2Fa+b&x")
    #expect(request["httpVersion"].text == "HTTP/1.1")
    #expect(request["queryString"].pairs == ["next=/a b", "x="])
    #expect(request["cookies"].pairs == ["a=1", "b=2"])
    #expect(request["headers"].pairs.first == "Host=example.com")
    #expect(request["postData"]["params"].pairs == ["user=u", "password=p"])
    #expect(request["postData"]["text"].text == "user=u&password=p")
    #expect(request["postData"]["mimeType"].text == "application/x-www-form-urlencoded")
    #expect(request["bodySize"].number == 17)
    #expect(request["headersSize"].number == 171)
    let response = entry["response"]
    #expect(response["status"].number == 302)
    #expect(response["statusText"].text == "Found")
    #expect(response["redirectURL"].text == "/a")
    #expect(response["cookies"].pairs == ["sid=1"])
    #expect(response["cookies"][0]["expires"].text == "2015-10-21T07:28:00Z")
    #expect(response["cookies"][0]["httpOnly"] == .bool(true))
    #expect(response["content"]["text"].text == "Grüß")
    #expect(response["content"]["encoding"] == .null)
    #expect(response["content"]["size"].number == 6)
    #expect(response["content"]["compression"] == .null)
    #expect(response["content"]["mimeType"].text == "text/plain; charset=utf-8")
  }

  @Test func `replaces secrets where that is asked for, else counts them`() throws {
    let plain = try har([Self.login])
    #expect(plain.remarks == ["4 secrets (passwords, tokens, cookies) written; --redact replaces them"])
    let redacted = try har([Self.login], isRedacted: true)
    #expect(redacted.remarks == ["4 secrets (passwords, tokens, cookies) replaced by REDACTED"])
    let request = redacted.har["log"]["entries"][0]["request"]
    #expect(request["cookies"].pairs == ["a=REDACTED", "b=REDACTED"])
    #expect(request["headers"].pairs.contains("Authorization=Basic REDACTED"))
    #expect(request["postData"]["text"].text == "user=u&password=REDACTED")
    #expect(request["postData"]["params"].pairs == ["user=u", "password=REDACTED"])
    let response = redacted.har["log"]["entries"][0]["response"]
    #expect(response["cookies"].pairs == ["sid=REDACTED"])
  }

  @Test func `tells how long sending, waiting and receiving took`() throws {
    var script = EventScript()
    script.client("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\n")
    script.client("ab")
    script.client("cd")
    for _ in 0..<5 { script.append(.bytes(.clientToServer, [])) }
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
    script.server("abcd")
    // Answered before all of it was sent.
    script.client("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\n")
    script.server("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    script.client("abcd")
    script.finish()
    let timings = try entries([script.events]).map { $0["timings"] }
    #expect(timings.map { $0["send"].number } == [2, 1])
    #expect(timings.map { $0["wait"].number } == [6, 0])
    #expect(timings.map { $0["receive"].number } == [1, 1])
    #expect(timings.map { $0["connect"].number } == [-1, -1])
  }

  @Test func `puts entries in order of their start`() throws {
    var late = EventScript(session: 1, at: 1)
    late.client("GET /first HTTP/1.1\r\nHost: a.test\r\n\r\n")
    for _ in 0..<20 { late.append(.bytes(.clientToServer, [])) }
    late.server("HTTP/1.1 204 No Content\r\n\r\n")
    late.finish()
    let quick = Exporting.http(
      [("GET /second HTTP/1.1\r\nHost: b.test\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n")], session: 2, at: 5
    )
    let urls = try entries([quick, late.events]).map { $0["request"]["url"].text }
    #expect(urls == ["http://a.test/first", "http://b.test/second"])
  }

  @Test func `has bytes that are no UTF-8 in base64, content codings removed`() throws {
    var script = EventScript()
    script.client("GET / HTTP/1.1\r\nHost: a.test\r\n\r\nGET /z HTTP/1.1\r\nHost: a.test\r\n\r\n")
    script.server(
      Array("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n".utf8) + [
        0x89, 0xff, 0x00, 0x0a,
      ])
    // "hello hello hello hello", by gzip.
    let gzip = [UInt8](hex: "1f8b0800000000000203cb48cdc9c957c8402701e3513d8d17000000")
    script.server(
      Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n".utf8) + gzip)
    script.finish()
    let entries = try entries([script.events])
    let image = entries[0]["response"]["content"]
    #expect(image["encoding"].text == "base64")
    #expect(image["text"].text == "if8ACg==")
    #expect(entries[0]["_resourceType"].text == "image")
    let text = entries[1]["response"]
    #expect(text["content"]["text"].text == "hello hello hello hello")
    #expect(text["content"]["size"].number == 23)
    #expect(text["content"]["compression"].number == 23 - Double(gzip.count))
    #expect(text["bodySize"].number == Double(gzip.count))
  }

  @Test func `says what is missing`() throws {
    var cut = EventScript(session: 1)
    cut.client("GET /cut HTTP/1.1\r\nHost: a.test\r\n\r\n")
    cut.server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    cut.close(.reset(by: .server))
    let unanswered = Exporting.http([("GET /none HTTP/1.1\r\nHost: a.test\r\n\r\n", "")], session: 2, at: 30)
    let unasked = Exporting.http([("", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")], session: 3, at: 40)
    let entries = try entries([cut.events, unanswered, unasked])
    #expect(entries[0]["response"]["content"]["text"].text == "only this")
    #expect(entries[0]["response"]["content"]["comment"].text == "the body is incomplete")
    #expect(entries[0]["comment"].text?.contains("the response is incomplete") == true)
    #expect(entries[1]["response"]["status"].number == 0)
    #expect(entries[1]["response"]["_error"].text == "the capture has no response")
    #expect(entries[2]["request"]["method"].text == "")
    #expect(entries[2]["request"]["url"].text == "http://198.51.100.7/")
    #expect(entries[2]["comment"].text?.contains("the capture lacks the request") == true)
  }

  @Test func `leaves out bodies over the limit`() throws {
    let body = String(repeating: "x", count: 1_001)
    let session = Exporting.http([
      (
        "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      )
    ])
    let content = try #require(try entries([session], bodyLimit: 1_000).first)["response"]["content"]
    #expect(content["text"] == .null)
    #expect(content["comment"].text == "1,001 bytes left out, for the limit is 1,000")
    #expect(content["size"].number == 1_001)
    #expect(try entries([session], bodyLimit: 1_001)[0]["response"]["content"]["text"].text == body)
  }

  @Test func `holds a large body in a file, and writes it whole`() throws {
    var script = EventScript()
    let piece = Array(String(repeating: "A line of text with a \"quote\".\n", count: 2_000).utf8)
    script.client("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: \(piece.count * 40)\r\n\r\n")
    for _ in 0..<40 { script.server(piece) }
    script.finish()
    let text = try entries([script.events])[0]["response"]["content"]["text"].text
    #expect(text?.utf8.elementsEqual((0..<40).flatMap { _ in piece }) == true)
  }

  @Test func `leaves out what is not wanted, and counts what is no HTTP`() throws {
    let session = Exporting.http([
      ("GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"),
      ("GET /2 HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2"),
    ])
    var mail = EventScript(session: 2, server: "198.51.100.7:9999", at: 50)
    mail.client([0xff, 0xfe, 0x00])
    mail.finish()
    let (har, remarks) = try har([session, mail.events]) { observation in
      guard case .exchange(let exchange, _) = observation, case .http1(let http) = exchange.content else {
        return true
      }
      return http.response?.status == 404
    }
    #expect(har["log"]["entries"].elements.map { $0["response"]["content"]["text"].text } == ["2"])
    #expect(remarks == ["1 exchange of another protocol than HTTP is not in the HAR"])
  }

  @Test func `has a WebSocket's messages with the exchange that opened it`() throws {
    var script = EventScript()
    script.client(
      "GET /chat HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    script.server(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    script.client([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    script.server([0x81, 0x05] + Array("Hello".utf8))
    script.server([0x82, 0x02, 0xff, 0x00])
    script.finish()
    let entries = try entries([script.events])
    #expect(entries.count == 1)
    #expect(entries[0]["_resourceType"].text == "websocket")
    let messages = entries[0]["_webSocketMessages"].elements
    #expect(messages.map { $0["type"].text } == ["send", "receive", "receive"])
    #expect(messages.map { $0["data"].text } == ["Hello", "Hello", "/wA="])
    #expect(messages.map { $0["opcode"].number } == [1, 1, 2])
    #expect(messages.first?["time"].number == 0.004)
  }

  @Test func `is as valid for hostile bytes`() throws {
    var random = SeededRandom(seed: 21)
    for round in 0..<50 {
      func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
          let byte = UInt8(truncatingIfNeeded: random.next() >> 16)
          return byte == 0x0d || byte == 0x0a ? 0x22 : byte
        }
      }
      var script = EventScript()
      script.client(
        Array("GET /".utf8) + noise(20).filter { $0 != 0x20 } + Array(" HTTP/1.1\r\nHost: ".utf8) + noise(8)
          + Array("\r\nCookie: ".utf8) + noise(20) + Array("\r\n\r\n".utf8))
      script.server(
        Array("HTTP/1.1 200 ".utf8) + noise(5) + Array("\r\nContent-Type: ".utf8) + noise(10)
          + Array("\r\nSet-Cookie: ".utf8) + noise(30) + Array("\r\nContent-Length: 50\r\n\r\n".utf8)
          + noise(50))
      script.finish()
      var exporting = try Exporting()
      exporting.options.isRedacted = round % 2 == 0
      let (output, _) = try exporting.run([script.events]) { try HARExport(to: $0, options: $1) }
      let problems = HARRules.problems(try JSONTree(output))
      // A host of noise is no host.
      #expect(problems.filter { !$0.contains("is no URL") } == [], "round \(round)")
    }
  }
}
