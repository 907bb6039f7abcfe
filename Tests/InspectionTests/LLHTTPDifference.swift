/// Where llhttp and Wiretape read one of llhttp's vectors differently, and why that is right here.
struct LLHTTPDifference: Sendable {
  /// `request/sample.md`.
  var file: String
  /// The vector's heading.
  var name: String
  var ours: String
  var why: String

  private init(_ file: String, _ name: String, _ ours: String, because why: String) {
    self.file = file
    self.name = name
    self.ours = ours
    self.why = why
  }

  static let all: [LLHTTPDifference] = strict + heads + codings + lenient + lookalikes

  private static let finding = "a finding, and read on"

  /// llhttp stops at an error, or tells nothing of what it is not sure of.
  private static let strict: [LLHTTPDifference] = [
    .init(
      "request/connection.md", "CRLF between requests, explicit `close`", "the second request is read",
      because: "it was sent, whatever Connection said before"),
    .init(
      "request/connection.md", "CRLF between requests, explicit `close` followed by tab",
      "the second request is read", because: "it was sent, whatever Connection said before"),
    .init(
      "response/connection.md", "HTTP/1.1 with keep-alive disabled and 204 status",
      "the second response is read",
      because: "it was sent, whatever Connection said before"),
    .init(
      "request/content-length.md", "Error on `Content-Length` overflow", "a request that is cut, no finding",
      because: "the input ends within the head, which is judged as a whole"),
    .init(
      "request/content-length.md", "Error on duplicate `Content-Length`", "a request that is cut, no finding",
      because: "the input ends within the head, which is judged as a whole"),
    .init(
      "request/content-length.md", "Missing CRLF-CRLF before body", "a request that is cut, no finding",
      because: "the input ends within the head, which is judged as a whole"),
    .init(
      "request/invalid.md", "Invalid HTTP version", "a request that is cut, no finding",
      because: "the input ends within the start line"),
    .init(
      "request/invalid.md", "Invalid space after start line", "a request that is cut, no finding",
      because: "the input ends within the head, which is judged as a whole"),
    .init(
      "response/invalid.md", "Invalid space after start line", "a response that is cut, no finding",
      because: "the input ends within the head, which is judged as a whole"),
    .init(
      "request/content-length.md", "Content-Length reset when no body is received", "the body is read",
      because: "llhttp was told that there is none"),
    .init(
      "response/content-length.md", "Content-Length reset when no body is received", "the body is read",
      because: "llhttp was told that there is none; a response to HEAD is known by its request here"),
    .init(
      "request/uri.md", "Underscore in hostname", "no finding",
      because: "llhttp pauses at every CONNECT; nothing is wrong with it"),
    .init(
      "request/method.md", "CONNECT request with CAPS", "no finding",
      because: "llhttp pauses at every CONNECT; nothing is wrong with it"),
  ]

  /// Start lines and fields.
  private static let heads: [LLHTTPDifference] = [
    .init(
      "request/invalid.md", "HTTP protocol and ANNOUNCE method", "no finding",
      because: "any token is a method (RFC 9110 §9.1)"),
    .init(
      "request/sample.md", "No HTTP version", "version 0.9",
      because: "that is what such a request is (RFC 1945 §4.1)"),
    .init(
      "response/sample.md", "HTTP version 0.9", finding,
      because: "no response of HTTP/0.9 says so (RFC 1945 §6)"),
    .init(
      "request/connection.md", "Multiple tokens with folding, LWS, and CRLF",
      "folded lines are joined by one space",
      because: "RFC 9112 §5.2 asks for spaces in place of the fold"),
    .init(
      "request/sample.md", "Line folding in header value with CRLF", "folded lines are joined by one space",
      because: "RFC 9112 §5.2 asks for spaces in place of the fold"),
    .init(
      "request/sample.md", "X-SSL-Nonsense", "folded lines are joined by one space",
      because: "RFC 9112 §5.2 asks for spaces in place of the fold"),
    .init(
      "request/content-length.md", "`Content-Length` with zeroes", finding, because: "some read it as octal"),
    .init(
      "request/content-length.md", "`Content-Length` with follow-up headers", finding,
      because: "some read it as octal"),
    .init(
      "request/content-length.md", "Funky `Content-Length` with body", finding,
      because: "a GET with a body may be taken for an attack (RFC 9110 §9.3.1)"),
  ]

  /// Transfer codings and chunks.
  private static let codings: [LLHTTPDifference] = [
    .init(
      "request/transfer-encoding.md", "Trailing headers", finding,
      because: "Content-Type must not come in a trailer (RFC 9110 §6.5.1)"),
    .init(
      "request/transfer-encoding.md", "POST with `chunked` as last transfer-encoding", finding,
      because: "a coding besides chunked is not removed, so the body told is not what was meant"),
    .init(
      "request/transfer-encoding.md", "POST with `chunked` as last transfer-encoding (multiple headers)",
      finding,
      because: "a coding besides chunked is not removed, so the body told is not what was meant"),
    .init(
      "response/transfer-encoding.md", "`chunked` before other transfer-encoding", finding,
      because: "chunked must come last (RFC 9112 §7)"),
    .init(
      "response/transfer-encoding.md", "multiple transfer-encoding where chunked is not the last one",
      finding,
      because: "chunked must come last (RFC 9112 §7)"),
    .init(
      "response/transfer-encoding.md", "`chunkedchunked` transfer-encoding does not enable chunked enconding",
      finding,
      because: "such a name is how chunked is hidden from one of two readers"),
    .init(
      "response/transfer-encoding.md", "Invalid OBS fold after chunked value", finding,
      because: "a fold is how a coding is hidden from one of two readers (RFC 9112 §5.2)"),
  ]

  /// llhttp was told to be lenient, and tells nothing of what it lets pass.
  private static let lenient: [LLHTTPDifference] = [
    .init(
      "request/connection.md", "Invalid whitespace token with `Connection` header field (lenient)",
      "the name is told without the space", because: "the space belongs to no name (RFC 9112 §5.1)"),
    .init(
      "request/content-length.md", "Invalid whitespace token with `Content-Length` header field (lenient)",
      "the name is told without the space, and the length counts",
      because: "the space belongs to no name (RFC 9112 §5.1)"),
    .init(
      "request/content-length.md",
      "No error on simultaneous `Content-Length` and `Transfer-Encoding: identity` (lenient)", finding,
      because: "RFC 9112 knows no identity"),
    .init(
      "request/content-length.md", "Missing CRLF-CRLF before body (lenient)", "the head goes on",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "request/invalid.md", "Headers separated by dummy characters (lenient)", "the head goes on",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "request/lenient-headers.md", "Empty headers separated by CR (lenient)", "the head goes on",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "request/sample.md", "No LF after CR (lenient)", "no request",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "request/transfer-encoding.md", "Chunk header not terminated by CRLF (lenient)",
      "the message ends there",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "response/invalid.md", "Bare CR after response line (lenient)", "the start line goes on",
      because: "a carriage return alone ends no line (RFC 9112 §2.2)"),
    .init(
      "request/invalid.md", "Spaces before headers (lenient)", finding, because: "RFC 9112 §5.2 forbids folds"
    ),
    .init(
      "request/lenient-header-value-relaxed.md", "Control char in header value (relaxed)", finding,
      because: "RFC 9110 §5.5 forbids control characters"),
    .init(
      "request/lenient-headers.md", "Header value (lenient)", finding,
      because: "RFC 9110 §5.5 forbids control characters"),
    .init(
      "request/lenient-headers.md", "Second request header value (lenient)", finding,
      because: "RFC 9110 §5.5 forbids control characters"),
    .init(
      "request/lenient-version.md", "Invalid HTTP version (lenient)", finding, because: "there is no HTTP/5.6"
    ),
    .init(
      "response/lenient-version.md", "Invalid HTTP version (lenient)", finding,
      because: "there is no HTTP/5.6"),
    .init(
      "request/transfer-encoding.md", "POST with `Transfer-Encoding` and `Content-Length` (lenient)", finding,
      because: "only one of both can count (RFC 9112 §6.3)"),
    .init(
      "request/transfer-encoding.md", "POST with `chunked` before other transfer-coding (lenient)", finding,
      because: "chunked must come last (RFC 9112 §7)"),
    .init(
      "request/transfer-encoding.md", "POST with `chunked` and duplicate transfer-encoding (lenient)",
      finding,
      because: "chunked must come last (RFC 9112 §7)"),
    .init(
      "request/transfer-encoding.md", "Chunk data not terminated by CRLF (lenient)", "the message ends there",
      because: "nothing tells a line end that was forgotten from a size that lies (RFC 9112 §7.1)"),
    .init(
      "request/transfer-encoding.md", "Space after chunk header (lenient)", finding,
      because: "RFC 9112 §7.1 has no space there"),
    .init(
      "request/invalid.md", "Only LFs present (lenient)", "the empty line ends the trailer section",
      because: "llhttp takes the line behind it for a trailer, as if the last chunk had an end of its own"),
    .init(
      "response/invalid.md", "Only LFs present (lenient)", finding,
      because: "a line ends in both (RFC 9112 §2.2)"),
    .init(
      "response/invalid.md", "Only LFs present and no body (lenient)", finding,
      because: "a line ends in both (RFC 9112 §2.2)"),
    .init(
      "response/sample.md", "No carriage ret (lenient)", finding,
      because: "a line ends in both (RFC 9112 §2.2)"),
  ]

  /// llhttp also reads RTSP and Icecast.
  private static let lookalikes: [LLHTTPDifference] = [
    .init(
      "request/method.md", "OPTIONS request with RTSP", "no request",
      because: "RTSP is another protocol (RFC 7826)"),
    .init(
      "request/method.md", "ANNOUNCE request with RTSP", "no request",
      because: "RTSP is another protocol (RFC 7826)"),
    .init(
      "request/method.md", "SOURCE request with ICE", "no request",
      because: "Icecast's protocol is another one"),
  ]
}
