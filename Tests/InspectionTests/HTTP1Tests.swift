import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `HTTP/1` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var client: String = ""
    var server: String = ""
    /// A line an exchange: what was asked and answered.
    var told: [String]
    var codes: [String] = []
  }

  static let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"

  static let wellFormed: [Case] = [
    Case(
      testDescription: "a body of a length", client: get,
      server: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      told: ["GET / 0 → 200 5"]),
    Case(
      testDescription: "keep-alive", client: get + get,
      server:
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nbb",
      told: ["GET / 0 → 200 1", "GET / 0 → 404 2"]),
    Case(
      testDescription: "a request body",
      client: "POST /f HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
      server: "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", told: ["POST /f 3 → 201 0"]),
    Case(
      testDescription: "chunks with extensions and trailers", client: get,
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5;a=b\r\nhello\r\n6 ; c\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n",
      told: ["GET / 0 → 200 11 +1"], codes: ["http1.chunk-size-whitespace"]),
    Case(
      testDescription: "a chunked request",
      client: "PUT /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "A\r\n0123456789\r\n00\r\n\r\n",
      server: "HTTP/1.1 204 No Content\r\n\r\n", told: ["PUT /f 10 → 204 0"]),
    Case(
      testDescription: "a body until close", client: "GET / HTTP/1.0\r\n\r\n",
      server: "HTTP/1.0 200 OK\r\n\r\nall of this", told: ["GET / 0 → 200 11"]),
    Case(
      testDescription: "interim responses",
      client: "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
      server: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny",
      told: ["POST / 1 → 100 103 200 1"]),
    Case(
      testDescription: "HEAD, 204 and 304 have no body",
      client:
        "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n",
      server:
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
        + "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
      told: ["HEAD /a 0 → 200 0", "GET /b 0 → 204 0", "GET /c 0 → 304 0"], codes: ["http1.length-unexpected"]),
    Case(
      testDescription: "CONNECT, accepted", client: "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nopaque",
      server: "HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\nmore",
      told: ["CONNECT a:443 0 → 200 0", "opaque 6 4"]),
    Case(
      testDescription: "CONNECT, refused", client: "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
      server: "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", told: ["CONNECT a:443 0 → 403 2"]),
    Case(
      testDescription: "an upgrade",
      client: "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat/2\r\n\r\n",
      server: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat/2\r\n\r\n\u{1}\u{2}",
      told: ["GET /chat 0 → 101 0", "opaque 0 2"]),
    Case(
      testDescription: "empty lines before a request", client: "\r\n\r\n" + get,
      server: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "a response without its request",
      server: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      told: ["? → 200 2", "? → 200 0"]),
    Case(
      testDescription: "requests without responses", client: get + get, told: ["GET / 0 → ?", "GET / 0 → ?"]),
    Case(
      testDescription: "a status line without a reason", client: get,
      server: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", told: ["GET / 0 → 200 0"]),
    Case(
      testDescription: "an unknown method", client: "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
      server: "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n", told: ["BREW /pot 0 → 418 0"]),
  ]

  @Test(arguments: wellFormed) func `is read`(_ example: Case) {
    let events = dialogue(example.client, example.server)
    let found = exchanges(events)
    #expect(found.map(toldHTTP) == example.told)
    #expect(found.flatMap(\.codes) == example.codes)
    #expect(found.map(\.index) == Array(found.indices))
    #expect(splittingDifference(events) == nil)
  }

  static let malformed: [Case] = [
    Case(
      testDescription: "bare line feeds", client: "GET / HTTP/1.1\nHost: a\n\n",
      server: "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", told: ["GET / 0 → 200 1"],
      codes: ["http1.bare-lf", "http1.bare-lf"]),
    Case(
      testDescription: "a folded field", client: "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.obs-fold"]),
    Case(
      testDescription: "white space before the first field",
      client: "GET / HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.leading-whitespace"]),
    Case(
      testDescription: "a space before the colon",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\nx", told: ["POST / 1 → ?"],
      codes: ["http1.space-before-colon"]),
    Case(
      testDescription: "a line without a colon", client: "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.field-without-colon"]),
    Case(
      testDescription: "a field without a name", client: "GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.field-name-invalid"]),
    Case(
      testDescription: "control characters in a value",
      client: "GET / HTTP/1.1\r\nHost: a\r\nX: \u{1}\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.field-value-invalid"]),
    Case(
      testDescription: "a carriage return within a line",
      client: "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.bare-cr"]),
    Case(
      testDescription: "Content-Length and Transfer-Encoding",
      client:
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
      told: ["POST / 1 → ?"], codes: ["http1.content-length-and-transfer-encoding"]),
    Case(
      testDescription: "two lengths that differ",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
      told: ["POST / 1 → ?"],
      codes: ["http1.content-length-conflict"]),
    Case(
      testDescription: "the same length twice",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", told: ["POST / 1 → ?"],
      codes: ["http1.content-length-repeated"]),
    Case(
      testDescription: "a length with a sign",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
      told: ["POST / 0 → ?"], codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "a length over 2^63",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
      told: ["POST / 0 → ?"],
      codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "chunked, but not last", client: "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\nabc", told: ["GET / 0 → 200 3"],
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "chunked in HTTP/1.0", client: "GET / HTTP/1.0\r\n\r\n",
      server: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      told: ["GET / 0 → 200 1"],
      codes: ["http1.transfer-encoding-unexpected"]),
    Case(
      testDescription: "a chunk size that is no number, then the next response", client: get + get,
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\njunk\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb",
      told: ["GET / 0 → 200 1 cut", "GET / 0 → 200 1"], codes: ["http1.chunk-size-invalid", "http1.skipped"]),
    Case(
      testDescription: "a chunk size over 2^63", client: get,
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\n",
      told: ["GET / 0 → 200 0 cut"], codes: ["http1.chunk-size-invalid"]),
    Case(
      testDescription: "a chunk longer than its size", client: get,
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
      told: ["GET / 0 → 200 1 cut", "opaque 0 9"], codes: ["http1.chunk-end-missing"]),
    Case(
      testDescription: "a body longer than its length", client: get + get,
      server: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
      told: ["GET / 0 → 200 1", "GET / 0 → 404 0"], codes: ["http1.start-line-invalid", "http1.skipped"]),
    Case(
      testDescription: "a target with a space", client: "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
      told: ["GET /a b 0 → ?"], codes: ["http1.target-invalid"]),
    Case(
      testDescription: "no target", client: "GET  HTTP/1.1\r\nHost: a\r\n\r\n", told: ["GET  0 → ?"],
      codes: ["http1.start-line-whitespace", "http1.target-invalid"]),
    Case(
      testDescription: "a control character in a folded line",
      client: "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n \u{1}\r\n\r\n", told: ["GET / 0 → ?"],
      codes: ["http1.obs-fold", "http1.field-value-invalid"]),
    Case(
      testDescription: "chunk extensions that are none", client: get,
      server: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\r\nx\r\n1;a=\"\u{1}\"\r\nx\r\n"
        + "1;a=\"b\\\r\nx\r\n1;a=\"b\\\"\"c\r\nx\r\n1;a=\r\nx\r\n0;a;b=\"\\\"\"\r\n\r\n",
      told: ["GET / 0 → 200 5"],
      codes: Array(repeating: "http1.chunk-extension-invalid", count: 5)),
    Case(
      testDescription: "a request behind what is left of a body",
      client: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n{}GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        + "\"some\": \"text\"}PROPFIND /c HTTP/1.1\r\nHost: a\r\n\r\n",
      told: ["POST / 1 → ?", "GET /b 0 → ?", "PROPFIND /c 0 → ?"],
      codes: ["http1.start-line-invalid", "http1.skipped", "http1.start-line-invalid", "http1.skipped"]),
    Case(
      testDescription: "no version", client: "GET /old\r\n", told: ["GET /old 0 → ?"],
      codes: ["http1.version-missing"]),
    Case(
      testDescription: "an unknown version", client: "GET / HTTP/3.7\r\n\r\n", told: ["GET / 0 → ?"],
      codes: ["http1.version-invalid"]),
    Case(
      testDescription: "two spaces in the request line", client: "GET  /  HTTP/1.1\r\nHost: a\r\n\r\n",
      told: ["GET / 0 → ?"], codes: ["http1.start-line-whitespace", "http1.start-line-whitespace"]),
    Case(
      testDescription: "no Host", client: "GET / HTTP/1.1\r\n\r\n", told: ["GET / 0 → ?"],
      codes: ["http1.host-missing"]),
    Case(
      testDescription: "two Hosts", client: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      told: ["GET / 0 → ?"],
      codes: ["http1.host-repeated"]),
    Case(
      testDescription: "a request that is cut in its head", client: "GET / HTTP/1.1\r\nHost: a\r\nAcc",
      told: ["GET / 0 cut → ?"]),
    Case(
      testDescription: "a request that is cut in its first line", client: "GET /index HTT",
      told: ["GET /index 0 cut → ?"]),
    Case(
      testDescription: "a body that is cut", client: get,
      server: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
      told: ["GET / 0 → 200 3 cut"]),
    Case(
      testDescription: "bytes after a refused CONNECT",
      client: "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nxyz",
      server: "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
      told: ["CONNECT a:1 0 → 403 0", "opaque 3 0"], codes: ["http1.tunnel-refused"]),
  ]

  @Test(arguments: malformed) func `is read as far as it makes sense`(_ example: Case) {
    let events = dialogue(example.client, example.server)
    let found = exchanges(events)
    #expect(found.map(toldHTTP) == example.told)
    #expect(found.flatMap(\.codes) == example.codes)
    #expect(splittingDifference(events) == nil)
  }
}
