import Testing

@Suite struct `Protocols through the relay` {
  @Test(arguments: ["curl -sS --http2 --compressed", "nghttp"])
  func `HTTP 2 is negotiated end to end, and tshark reads it`(client: String) throws {
    let recorded = try Recorded(script: "\(client) https://www.wiretape.test/answer.json")
    try #require(recorded.output.status == 0, "\(recorded.output)")
    #expect(recorded.output.stdout.contains("\"answer\": 42"), "\(recorded.output)")
    let requests = try recorded.tshark("-Y http2.headers.path -T fields -e http2.headers.path")
    #expect(requests.lines.contains("/answer.json"), "\(requests)")
    let responses = try recorded.tshark("-Y http2.headers.status -T fields -e http2.headers.status")
    #expect(responses.lines.contains("200"), "\(responses)")
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "h2" })
    #expect(exchange["request"]["target"].string == "/answer.json", "\(exchange)")
    let sum = try recorded.shell("sha256sum </run/world/www/answer.json").stdout.prefix(64)
    let body = exchange["response"]["body"]
    #expect((body["decoded_sha256"].string ?? body["sha256"].string) == String(sum), "\(exchange)")
  }

  struct VersionCase: CustomTestStringConvertible {
    var options: String
    var host: String
    var shows: String

    var testDescription: String { "\(options) \(host)" }
  }

  static let versions = [
    VersionCase(options: "--tls-max 1.2", host: "www", shows: "SSL connection using TLSv1.2"),
    VersionCase(options: "--tlsv1.3", host: "www", shows: "SSL connection using TLSv1.3"),
    VersionCase(options: "", host: "tls12", shows: "SSL connection using TLSv1"),
    VersionCase(options: "", host: "tls13", shows: "SSL connection using TLSv1.3"),
    VersionCase(options: "", host: "ecdsa", shows: "ALPN: server accepted h2"),
    VersionCase(options: "", host: "http1", shows: "ALPN: server accepted http/1.1"),
    VersionCase(options: "-6", host: "www", shows: "2001:db8::10"),
  ]

  @Test(arguments: versions) func `every TLS version and address family works`(version: VersionCase) throws {
    let url = "https://\(version.host).wiretape.test/answer.json"
    let recorded = try Recorded(script: "curl -sSv \(version.options) \(url)")
    try #require(recorded.output.status == 0, "\(recorded.output)")
    #expect(recorded.output.stderr.contains(version.shows), "\(recorded.output)")
    #expect(recorded.output.stdout.contains("42"))
  }

  @Test func `versions that the two ends do not share fail as they do without the relay`() throws {
    let script = "curl -sS --tls-max 1.2 https://tls13.wiretape.test/"
    let direct = try World.shared().shell(script)
    let recorded = try Recorded(script: script)
    #expect(direct.status == 35, "\(direct)")
    #expect(recorded.output.status == direct.status, "\(recorded.output)")
  }

  struct BodyCase: CustomTestStringConvertible {
    var path: String
    var status = 200
    var length: Int
    var decodedLength: Int
    var testDescription: String { path }
  }

  static let bodies = [
    BodyCase(path: "chunked", length: 11, decodedLength: 11),
    BodyCase(path: "until-close", length: 94, decodedLength: 94),
    BodyCase(path: "early-hints", length: 94, decodedLength: 94),
    BodyCase(path: "deflate", length: 58, decodedLength: 94),
    BodyCase(path: "nothing", status: 204, length: 0, decodedLength: 0),
    BodyCase(path: "not-modified", status: 304, length: 0, decodedLength: 0),
  ]

  @Test(arguments: bodies) func `rare framing of HTTP 1 is read back`(body: BodyCase) throws {
    let recorded = try Recorded(["curl", "-sS", "http://odd.wiretape.test/\(body.path)"])
    try #require(recorded.output.status == 0, "\(recorded.output)")
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "http/1" })
    let response = exchange["response"]
    #expect(response["status"].int == body.status, "\(exchange)")
    #expect(response["body"]["length"].int == body.length, "\(exchange)")
    #expect(response["body"]["decoded_length"].int ?? 0 == body.decodedLength, "\(exchange)")
    #expect(response["complete"].bool == true, "\(exchange)")
  }

  @Test func `a body that was cut short is said to be incomplete`() throws {
    let recorded = try Recorded(["curl", "-sS", "http://odd.wiretape.test/cut"])
    #expect(recorded.output.status == 18, "\(recorded.output)")
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "http/1" })
    #expect(exchange["response"]["complete"].bool == false, "\(exchange)")
    #expect(exchange["response"]["body"]["length"].int == 10, "\(exchange)")
  }

  @Test func `an upload is recorded with its digest`() throws {
    let recorded = try Recorded([
      "curl", "-sS", "--http1.1", "--data-binary", "@/run/world/www/64K.bin",
      "https://www.wiretape.test/echo",
    ])
    let answer = try JSON(parsing: recorded.output.stdout)
    let exchange = try #require(try recorded.exchanges().first { $0["request"]["method"].string == "POST" })
    #expect(exchange["request"]["body"]["length"].int == 65536, "\(exchange)")
    #expect(exchange["request"]["body"]["sha256"].string == answer["sha256"].string, "\(exchange)")
    #expect(exchange["request"]["scheme"].string == "https", "\(exchange)")
  }
}
