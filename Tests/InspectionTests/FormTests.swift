import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A form body` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var type: String
    var body: String
    /// `NAME=EXCERPT`, and of a file `NAME=EXCERPT FILENAME (TYPE)`.
    var parts: [String]
    var codes: [String] = []
  }

  static let urlEncoded = "application/x-www-form-urlencoded"

  /// WHATWG URL §5.1, and what browsers and curl send.
  static let urlEncodedCases: [Case] = [
    Case(
      testDescription: "two parts", type: urlEncoded, body: "name=Jo+Do&mail=jo%40example.com",
      parts: ["name=Jo Do", "mail=jo@example.com"]),
    Case(
      testDescription: "parameters and capitals in the type",
      type: "Application/X-WWW-Form-Urlencoded;charset=UTF-8",
      body: "a=1", parts: ["a=1"]),
    Case(
      testDescription: "empty names, values and parts", type: urlEncoded, body: "&a=&=b&&c&=",
      parts: ["a=", "=b", "c=", "="]),
    Case(testDescription: "an equals sign in a value", type: urlEncoded, body: "a=b=c", parts: ["a=b=c"]),
    Case(
      testDescription: "escapes that are none", type: urlEncoded, body: "a=%&b=%4&c=%zz&d=%4g&%=%%41",
      parts: ["a=%", "b=%4", "c=%zz", "d=%4g", "%=%A"]),
    Case(testDescription: "an escaped ampersand", type: urlEncoded, body: "a%26b=%26", parts: ["a&b=&"]),
    Case(testDescription: "an escape alone", type: urlEncoded, body: "%41", parts: ["A="]),
    Case(testDescription: "JSON by curl -d", type: urlEncoded, body: #"{"a":1}"#, parts: [#"{"a":1}="#]),
  ]

  static let multipart = "multipart/form-data; boundary=xyz"

  /// RFC 2046 §5.1, RFC 7578, and what browsers, curl and Python's requests send.
  static let multipartCases: [Case] = [
    Case(
      testDescription: "a field and a file", type: "multipart/form-data; boundary=----WebKitFormBoundaryAb0",
      body: "------WebKitFormBoundaryAb0\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n"
        + "------WebKitFormBoundaryAb0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n"
        + "Content-Type: text/plain\r\n\r\nline 1\r\nline 2\r\n\r\n------WebKitFormBoundaryAb0--\r\n",
      parts: ["text=hello", "file=line 1\r\nline 2\r\n a b.txt (text/plain)"]),
    Case(
      testDescription: "preamble and epilogue", type: multipart,
      body: "This is --xyz ignored.\r\n--xyz\r\n\r\none\r\n--xyz--\r\n--xyz\r\n\r\nthis too", parts: ["=one"]),
    Case(
      testDescription: "a quoted boundary, padding behind it", type: "multipart/mixed; boundary=\"x y'z\"",
      body: "--x y'z \t \r\nContent-Type: text/html\r\n\r\n<p>\r\n--x y'z--", parts: ["=<p> (text/html)"]),
    Case(
      testDescription: "what only looks like a boundary", type: multipart,
      body: "--xyz\r\n\r\n\r\n--xy\r\n--xyzz\r\n--xyz-\r\n-- xyz\r\n--xyz \rz\r\n\r\n\r--xyz\n-\r\n--xyz--",
      parts: ["=\r\n--xy\r\n--xyzz\r\n--xyz-\r\n-- xyz\r\n--xyz \rz\r\n\r\n\r--xyz\n-"]),
    Case(
      testDescription: "line feeds alone", type: multipart,
      body: "--xyz\nContent-Disposition: form-data; name=a\n\n1\n\n--xyz\n\n2\r\n--xyz--\n",
      parts: ["a=1\n", "=2"]),
    Case(
      testDescription: "empty values, the boundary with and without a line of its own", type: multipart,
      body: "--xyz\r\n\r\n\r\n--xyz\r\n\r\n--xyz\r\nA: b\r\n\r\n\r\n--xyz--", parts: ["=", "=", "="]),
    Case(testDescription: "no part", type: multipart, body: "--xyz--\r\n", parts: []),
    Case(
      testDescription: "quotes and backslashes in file names", type: multipart,
      body:
        "--xyz\r\nContent-Disposition: form-data; name=\"a\\\"b\"; filename=\"C:\\dir\\f.txt\"\r\n\r\n\r\n"
        + "--xyz\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"\"\r\n\r\n\r\n--xyz--",
      parts: ["a\"b= C:\\dir\\f.txt ()", "a%22b=  ()"]),
    Case(
      testDescription: "extended file names", type: multipart,
      body:
        "--xyz\r\ncontent-disposition: form-data; name=f; filename=x; filename*=utf-8''%E2%82%AC%20.txt\r\n\r\n\r\n"
        + "--xyz\r\nContent-Disposition:form-data;name=g;filename*=ISO-8859-1'en'%A3a\r\n\r\n\r\n"
        + "--xyz\r\nContent-Disposition: attachment; filename*=broken; filename=h\r\n\r\n\r\n--xyz--",
      parts: ["f= \u{20ac} .txt ()", "g= \u{a3}a ()", "= h ()"]),
    Case(
      testDescription: "a field that goes on in the next line", type: multipart,
      body: "--xyz\r\nContent-Disposition: form-data;\r\n name=\"far\"\r\n\r\n1\r\n--xyz--", parts: ["far=1"]),
    Case(
      testDescription: "no field in the header is one", type: multipart,
      body: "--xyz\r\nnonsense\r\n\r\n1\r\n--xyz--",
      parts: ["=1"]),
    Case(
      testDescription: "no last boundary", type: multipart, body: "--xyz\r\n\r\none\r\n--xy",
      parts: ["=one\r\n--xy"],
      codes: ["multipart-unfinished"]),
    Case(
      testDescription: "an end within a header", type: multipart,
      body: "--xyz\r\nContent-Type: text/plain\r\n",
      parts: [], codes: ["multipart-unfinished"]),
    Case(
      testDescription: "another boundary than the header says", type: multipart,
      body: "--abc\r\n\r\none\r\n--abc--",
      parts: [], codes: ["multipart-unfinished"]),
  ]

  @Test(arguments: urlEncodedCases + multipartCases) func `is summarised by its parts`(_ example: Case) throws
  {
    let events = post(example.type, example.body)
    let exchange = try #require(exchanges(events).first)
    let form = try #require(exchange.http?.request?.body.form)
    #expect(form.parts.map(told) == example.parts)
    #expect(form.partCount == example.parts.count)
    #expect(form.kind == (example.type.lowercased().hasPrefix("multipart") ? .multipart : .urlEncoded))
    #expect(exchange.codes == example.codes)
    #expect(splittingDifference(events) == nil)
  }

  @Test(arguments: [
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=\"\"",
  ])
  func `without a boundary is a finding, and no form`(type: String) throws {
    let exchange = try #require(exchanges(post(type, "--\r\n\r\nx\r\n----")).first)
    #expect(exchange.http?.request?.body.form == nil)
    #expect(exchange.codes == ["multipart-boundary-missing"])
  }

  @Test func `is read within chunks and gzip`() throws {
    var script = EventScript()
    script.client(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
        + "Content-Type: \(Self.urlEncoded)\r\n\r\n1\r\n")
    script.client(InflateSamples.gzip.prefix(1) + Array("\r\n1c\r\n".utf8))
    script.client(InflateSamples.gzip.dropFirst() + Array("\r\n0\r\n\r\n".utf8))
    script.finish()
    let told = ["hello hello hello hello\n="]
    #expect(exchanges(script.events).first?.http?.request?.body.form?.parts.map(self.told) == told)
    #expect(splittingDifference(script.events) == nil)
    let cut = post(Self.urlEncoded, Array(InflateSamples.gzip.dropLast(4)), "Content-Encoding: gzip\r\n")
    let exchange = try #require(exchanges(cut).first)
    #expect(exchange.codes == ["content-truncated"])
    #expect(exchange.http?.request?.body.form?.parts.map(self.told) == told)
    #expect(splittingDifference(cut) == nil)
  }

  @Test func `that is cut is told as far as it came, and without a finding`() throws {
    var script = EventScript()
    script.client(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(Self.multipart)\r\nContent-Length: 900\r\n\r\n")
    script.client("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue\r\n--x")
    script.close(.reset(by: .client))
    let exchange = try #require(exchanges(script.events).first)
    #expect(exchange.http?.request?.body.form?.parts.map(told) == ["a=value\r\n--x"])
    #expect(exchange.codes == [])
  }

  @Test func `that replaces its parts until it is cut need not end`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=f\r\n\r\n")
    script.server("--f\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\n--f\r\nContent-Type: image/jpeg\r\n\r\nJP")
    script.finish()
    let exchange = try #require(exchanges(script.events).first)
    #expect(
      exchange.http?.response?.body.form?.parts.map(told) == ["=JPEG (image/jpeg)", "=JP (image/jpeg)"])
    #expect(exchange.codes == [])
  }

  @Test func `keeps within its limits`() throws {
    var limits = InspectionLimits()
    limits.bodies.partCount = 2
    limits.bodies.nameByteCount = 3
    limits.bodies.excerptByteCount = 4
    limits.bodies.partHeaderByteCount = 60
    let simple = post(Self.urlEncoded, "first=12345&second=6&third=7")
    let form = try #require(exchanges(simple, limits: limits).first?.http?.request?.body.form)
    #expect(form.parts.map(told) == ["fir=1234", "sec=6"])
    #expect(form.parts.map(\.byteCount) == [5, 1])
    #expect(form.partCount == 3)
    #expect(splittingDifference(simple, limits: limits) == nil)

    let long = String(repeating: "X", count: 80)
    let multi = post(
      Self.multipart,
      "--xyz\r\nContent-Disposition: form-data; name=\"field\"\r\nX: \(long)\r\nContent-Type: a/b\r\n\r\nvalue\r\n--xyz--"
    )
    let exchange = try #require(exchanges(multi, limits: limits).first)
    #expect(exchange.http?.request?.body.form?.parts.map(told) == ["fie=valu"])
    #expect(exchange.codes == ["multipart-header-too-long"])
    #expect(splittingDifference(multi, limits: limits) == nil)
  }

  @Test func `is read in a response, too`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server(
      "HTTP/1.1 206 Partial Content\r\nContent-Type: multipart/byteranges; boundary=B\r\nContent-Length: 84\r\n\r\n"
        + "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/9\r\n\r\nabc\r\n--B\r\n\r\ndef\r\n--B--"
    )
    script.finish()
    let exchange = try #require(exchanges(script.events).first)
    #expect(exchange.http?.response?.body.form?.parts.map(told) == ["=abc (text/plain)", "=def"])
  }

  private func post(_ type: String, _ body: [UInt8], _ fields: String = "") -> [PacketEvent] {
    var script = EventScript()
    script.client(
      Array(
        "POST /f HTTP/1.1\r\nHost: a\r\n\(fields)Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
          .utf8)
        + body)
    script.server("HTTP/1.1 204 No Content\r\n\r\n")
    script.finish()
    return script.events
  }

  private func post(_ type: String, _ body: String) -> [PacketEvent] { post(type, Array(body.utf8)) }

  private func told(_ part: BodyForm.Part) -> String {
    var text =
      "\(String(decoding: part.name, as: UTF8.self))=\(String(decoding: part.excerpt, as: UTF8.self))"
    if let name = part.fileName { text += " \(String(decoding: name, as: UTF8.self))" }
    if part.fileName != nil || part.contentType != nil {
      text += " (\(String(decoding: part.contentType ?? [], as: UTF8.self)))"
    }
    return text
  }
}
