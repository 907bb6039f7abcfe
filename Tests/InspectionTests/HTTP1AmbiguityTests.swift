import Inspection
import SessionEvents
import TestSupport
import Testing

/// What request smuggling and response splitting are made of: messages that two readers may take differently.
@Suite struct `An ambiguity of HTTP/1` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Field lines behind `POST /a HTTP/1.1` and Host, and the body.
    var fields: String = ""
    var body: String = "abc"
    /// How many bytes of body are read.
    var taken: Int
    var codes: [String]
    /// Whether the request that follows is read, too.
    var goesOn = true
  }

  static let chunks = "3\r\nabc\r\n0\r\n\r\n"

  static let requests: [Case] = [
    Case(
      testDescription: "CL.TE and TE.CL", fields: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      body: chunks,
      taken: 3, codes: ["http1.content-length-and-transfer-encoding"]),
    Case(
      testDescription: "TE.TE: another coding's name", fields: "Transfer-Encoding: xchunked\r\n", body: "",
      taken: 38,
      codes: ["http1.transfer-encoding-invalid"], goesOn: false),
    Case(
      testDescription: "TE.TE: a vertical tab", fields: "Transfer-Encoding: \u{0b}chunked\r\n", body: "",
      taken: 38,
      codes: ["http1.field-value-invalid", "http1.transfer-encoding-invalid"], goesOn: false),
    Case(
      testDescription: "TE.TE: twice", fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      body: chunks,
      taken: 3, codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: first something else",
      fields: "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", body: chunks, taken: 3,
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: in a folded line", fields: "Transfer-Encoding:\r\n chunked\r\n", body: chunks,
      taken: 3,
      codes: ["http1.obs-fold"]),
    Case(
      testDescription: "TE.TE: behind a field that is folded away",
      fields: "X: y\r\n Transfer-Encoding: chunked\r\n",
      body: "", taken: 0, codes: ["http1.obs-fold"]),
    Case(
      testDescription: "TE.TE: behind a bare line feed", fields: "X: y\nTransfer-Encoding: chunked\r\n",
      body: chunks,
      taken: 3, codes: ["http1.bare-lf"]),
    Case(
      testDescription: "TE.TE: behind a bare carriage return", fields: "X: y\rTransfer-Encoding: chunked\r\n",
      body: "",
      taken: 0, codes: ["http1.bare-cr"]),
    Case(
      testDescription: "TE.TE: chunked, identity", fields: "Transfer-Encoding: chunked, identity\r\n",
      body: "", taken: 38,
      codes: ["http1.transfer-encoding-invalid"], goesOn: false),
    Case(
      testDescription: "TE.TE: identity alone, and a length",
      fields: "Transfer-Encoding: identity\r\nContent-Length: 3\r\n", taken: 3,
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: nothing at all", fields: "Transfer-Encoding:\r\nContent-Length: 3\r\n",
      taken: 3,
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: an empty member", fields: "Transfer-Encoding: chunked,\r\n", body: chunks,
      taken: 3,
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: a parameter", fields: "Transfer-Encoding: chunked;x=y\r\n", body: chunks,
      taken: 3,
      codes: ["http1.transfer-encoding-invalid"]),
    Case(
      testDescription: "TE.TE: quotes", fields: "Transfer-Encoding: \"chunked\"\r\n", body: "", taken: 38,
      codes: ["http1.transfer-encoding-invalid"], goesOn: false),
    Case(
      testDescription: "TE.TE: a space before the colon", fields: "Transfer-Encoding : chunked\r\n",
      body: chunks, taken: 3,
      codes: ["http1.space-before-colon"]),
    Case(
      testDescription: "TE.TE: an underscore", fields: "Transfer_Encoding: chunked\r\nContent-Length: 3\r\n",
      taken: 3,
      codes: ["http1.field-name-ambiguous"]),
    Case(
      testDescription: "TE.TE: a NUL in the name", fields: "Transfer-Encoding\0: chunked\r\n", body: "",
      taken: 0,
      codes: ["http1.field-name-invalid"]),
    Case(
      testDescription: "a length with a plus sign", fields: "Content-Length: +3\r\n", body: "", taken: 0,
      codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "a length with an underscore", fields: "Content-Length: 1_0\r\n", body: "", taken: 0,
      codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "an empty length", fields: "Content-Length:\r\n", body: "", taken: 0,
      codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "a length in hexadecimal", fields: "Content-Length: 0x3\r\n", body: "", taken: 0,
      codes: ["http1.content-length-invalid"]),
    Case(
      testDescription: "a length with zeros in front", fields: "Content-Length: 003\r\n", taken: 3,
      codes: ["http1.content-length-zeros"]),
    Case(
      testDescription: "a list of lengths", fields: "Content-Length: 3, 4\r\n", taken: 3,
      codes: ["http1.content-length-conflict"]),
    Case(
      testDescription: "the same length twice", fields: "Content-Length: 3\r\nContent-Length: 3\r\n",
      taken: 3,
      codes: ["http1.content-length-repeated"]),
    Case(
      testDescription: "a length by an underscore", fields: "content_length: 9\r\nContent-Length: 3\r\n",
      taken: 3,
      codes: ["http1.field-name-ambiguous"]),
    Case(
      testDescription: "a chunk size with a prefix", fields: "Transfer-Encoding: chunked\r\n",
      body: "0x3\r\nabc\r\n0\r\n\r\n",
      taken: 0, codes: ["http1.chunk-size-invalid", "http1.skipped"]),
    Case(
      testDescription: "a chunk size with an underscore", fields: "Transfer-Encoding: chunked\r\n",
      body: "0_3\r\nabc\r\n0\r\n\r\n", taken: 0, codes: ["http1.chunk-size-invalid", "http1.skipped"]),
    Case(
      testDescription: "a chunk size with a sign", fields: "Transfer-Encoding: chunked\r\n",
      body: "+3\r\nabc\r\n0\r\n\r\n",
      taken: 0, codes: ["http1.chunk-size-invalid", "http1.skipped"]),
    Case(
      testDescription: "a chunk size that overflows", fields: "Transfer-Encoding: chunked\r\n",
      body: "10000000000000003\r\nabc\r\n0\r\n\r\n", taken: 0,
      codes: ["http1.chunk-size-invalid", "http1.skipped"]),
    Case(
      testDescription: "no line end behind a chunk", fields: "Transfer-Encoding: chunked\r\n",
      body: "3\r\nabc0\r\n\r\n",
      taken: 3, codes: ["http1.chunk-end-missing", "http1.skipped"]),
    Case(
      testDescription: "a carriage return alone behind a chunk", fields: "Transfer-Encoding: chunked\r\n",
      body: "3\r\nabc\r0\r\n\r\n", taken: 3, codes: ["http1.chunk-end-missing", "http1.skipped"]),
    Case(
      testDescription: "a line feed alone in a chunk extension", fields: "Transfer-Encoding: chunked\r\n",
      body: "3;x\nabc\r\n0\r\n\r\n", taken: 3, codes: ["http1.bare-lf"]),
    Case(
      testDescription: "a carriage return alone in a chunk extension",
      fields: "Transfer-Encoding: chunked\r\n",
      body: "3;x\ry\r\nabc\r\n0\r\n\r\n", taken: 3, codes: ["http1.chunk-extension-invalid"]),
    Case(
      testDescription: "an empty chunk extension", fields: "Transfer-Encoding: chunked\r\n",
      body: "3;\r\nabc\r\n0\r\n\r\n",
      taken: 3, codes: ["http1.chunk-extension-invalid"]),
    Case(
      testDescription: "a length in the trailer", fields: "Transfer-Encoding: chunked\r\n",
      body: "3\r\nabc\r\n0\r\nContent-Length: 0\r\n\r\n", taken: 3, codes: ["http1.trailer-forbidden"]),
    Case(
      testDescription: "a length that a proxy shall remove",
      fields: "Connection: close, Content-Length\r\nContent-Length: 3\r\n", taken: 3,
      codes: ["http1.connection-option-invalid"]),
    Case(
      testDescription: "an Expect that is none", fields: "Expect: y 100-continue\r\nContent-Length: 3\r\n",
      taken: 3,
      codes: ["http1.expectation-unknown"]),
    Case(
      testDescription: "a second Host", fields: "Host: b\r\nContent-Length: 3\r\n", taken: 3,
      codes: ["http1.host-repeated"]),
  ]

  @Test(arguments: requests) func `of a request is read in one way, and said`(_ example: Case) throws {
    let next = "GET /b HTTP/1.1\r\nHost: example.com\r\n\r\n"
    let events = dialogue(
      "POST /a HTTP/1.1\r\nHost: example.com\r\n\(example.fields)\r\n\(example.body)\(next)", "")
    let found = exchanges(events).filter { $0.http != nil }
    #expect(found.first?.http?.request?.body.byteCount == UInt64(example.taken))
    #expect(found.count == (example.goesOn ? 2 : 1))
    if example.goesOn { #expect(found.last?.http?.request?.target == Array("/b".utf8)) }
    #expect(found.flatMap(\.codes) == example.codes)
    #expect(splittingDifference(events) == nil)
  }

  struct Head: Sendable, CustomTestStringConvertible {
    var head: String
    var codes: [String]

    var testDescription: String { head.split(separator: "\r\n").joined(separator: " | ") }
  }

  /// Start lines and Host.
  static let heads: [Head] = [
    Head(head: "GET http://example.com/ HTTP/1.1\r\nHost: EXAMPLE.com:80", codes: []),
    Head(head: "GET http://example.com:80?x HTTP/1.1\r\nHost: example.com", codes: []),
    Head(head: "GET https://example.com HTTP/1.1\r\nHost: example.com:443", codes: []),
    Head(head: "GET http://example.com:8080/ HTTP/1.1\r\nHost: example.com", codes: ["http1.host-mismatch"]),
    Head(head: "GET http://example.com/ HTTP/1.1\r\nHost: example.org", codes: ["http1.host-mismatch"]),
    Head(head: "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com", codes: []),
    Head(head: "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]", codes: []),
    Head(head: "CONNECT example.com:443 HTTP/1.1\r\nHost: example.org:443", codes: ["http1.host-mismatch"]),
    Head(head: "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 3", codes: ["http1.body-unexpected"]),
    Head(head: "OPTIONS * HTTP/1.1\r\nHost: example.com", codes: []),
    Head(head: "GET / HTTP/1.1\r\nHost:", codes: []),
    Head(head: "GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080", codes: []),
    Head(head: "GET / HTTP/1.1\r\nHost: user@example.com", codes: ["http1.host-invalid"]),
    Head(head: "GET / HTTP/1.1\r\nHost: a, b", codes: ["http1.host-invalid"]),
    Head(head: "GET / HTTP/1.1\r\nHost: a/b", codes: ["http1.host-invalid"]),
    Head(
      head: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a",
      codes: ["http1.body-unexpected"]),
    Head(head: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0", codes: []),
    Head(head: "POST / HTTP/1.1\r\nHost: a\r\nConnection: Host", codes: ["http1.connection-option-invalid"]),
    Head(head: "POST / HTTP/1.1\r\nHost: a\r\nConnection: TE, Upgrade, HTTP2-Settings, Trailers", codes: []),
    Head(head: "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue", codes: []),
    Head(
      head: "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /\0 HTTP/1.1\r\nHost: a", codes: ["http1.target-invalid"]),
    Head(head: "GET / HTTP/1.1\r\nHost: a\r\nX: \0", codes: ["http1.field-value-invalid"]),
    Head(head: "GET / HTTP/1.1\r\nHost: a\r\nX\u{a0}Y: 1", codes: ["http1.field-name-invalid"]),
    Head(head: "GET / HTTP/1.1 HTTP/1.1\r\nHost: a", codes: ["http1.target-invalid"]),
    Head(head: "GET / http/1.1\r\nHost: a", codes: ["http1.version-invalid"]),
  ]

  @Test(arguments: heads) func `of a request's head is said, and nothing that is none`(_ example: Head) {
    let events = dialogue(example.head + "\r\n\r\n", "")
    #expect(exchanges(events).filter { $0.http != nil }.flatMap(\.codes) == example.codes)
    #expect(splittingDifference(events) == nil)
  }

  /// Responses to one GET.
  static let responses: [Head] = [
    Head(head: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", codes: []),
    Head(head: "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", codes: ["http1.length-unexpected"]),
    Head(
      head: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
      codes: ["http1.length-unexpected"]),
    Head(
      head: "HTTP/1.1 103 Early\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      codes: ["http1.length-unexpected"]),
    Head(head: "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", codes: []),
    Head(
      head: "HTTP/1.1 304 Not Modified\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      codes: ["http1.start-line-invalid", "http1.skipped", "http1.response-unasked"]),
    Head(
      head: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      codes: ["http1.response-unasked"]),
    Head(
      head:
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
      codes: []),
    Head(
      head: "HTTP/1.1 200 OK\r\ntransfer_encoding: chunked\r\n\r\nabc", codes: ["http1.field-name-ambiguous"]),
  ]

  @Test(arguments: responses) func `of a response is said, and nothing that is none`(_ example: Head) {
    let events = dialogue(HTTP1Samples.get, example.head)
    #expect(exchanges(events).flatMap(\.codes) == example.codes)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `is none where the request may only be unknown`() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    // The client's direction is not recorded, or has a gap.
    #expect(exchanges(dialogue("", ok)).flatMap(\.codes) == [])
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.gap(.clientToServer, 40)
    script.server(ok + ok)
    script.finish()
    #expect(exchanges(script.events).flatMap(\.codes) == [])
    // The response came before its request did.
    var early = EventScript()
    early.client(HTTP1Samples.get)
    early.server(ok + ok)
    early.client(HTTP1Samples.get)
    early.finish()
    #expect(exchanges(early.events).map(\.codes) == [[], ["http1.response-unasked"], []])
  }
}
