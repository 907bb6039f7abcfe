import FoundationEssentials
import Inspection
import Replay
import Testing

@Suite struct `Exchanges report` {
  static func lines(_ observations: [Observation]) -> [String] {
    var report = ExchangesReport()
    var output: [UInt8] = []
    for observation in observations { report.receive(observation, into: &output) }
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `writes an HTTP exchange with every field of the contract`() {
    let lines = Self.lines(SampleObservations.http)
    let zeros = String(repeating: "02", count: 32)
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(
      lines[1]
        == #"{"v":1,"session":2,"index":1,"protocol":"http/1","transport":"tcp","client":"10.0.0.1:55712","#
        + #""server":"10.1.2.3:443","host":"example.com","host_source":"sni","#
        + #""start":"2026-11-24T08:15:02.131000000Z","duration":20000000,"packet":23,"#
        + #""request":{"method":"GET","scheme":"https","authority":"example.com","target":"/","version":"1.1","#
        + #""headers":[["Host","example.com"]],"body":{"length":0,"sha256":"\#(nothing)","#
        + #""decoded_length":null,"decoded_sha256":null,"form":null},"trailers":[],"complete":true},"interim":[],"#
        + #""response":{"status":200,"version":"1.1","reason":"OK","#
        + #""headers":[["Content-Type","text/html; charset=utf-8"]],"#
        + #""body":{"length":1256,"sha256":"\#(zeros)","decoded_length":1256,"#
        + #""decoded_sha256":"\#(String(repeating: "03", count: 32))","form":null},"#
        + #""trailers":[["X-Check","é"]],"complete":true},"grpc":null,"findings":[]}"#)
  }

  @Test func `writes a line for each exchange, and each is JSON`() throws {
    let lines = Self.lines(SampleObservations.all)
    #expect(lines.count == 39)
    for line in lines { _ = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) }
  }

  @Test func `tells an HTTP/2 stream like an exchange of HTTP/1, and its number`() {
    let lines = Self.lines(SampleObservations.http2)
    #expect(lines[0].contains(#""protocol":"h2","#))
    #expect(lines[0].contains(#""packet":23,"stream":7,"request":{"method":"GET","scheme":"https","#))
    #expect(
      lines[2].contains(#""stream":0,"request":null,"interim":[],"response":null,"grpc":null,"findings":[{"#))
  }

  @Test func `tells a gRPC call with every field of the contract`() {
    let lines = Self.lines(SampleObservations.http2)
    let expected = [
      #""grpc":{"service":"users.Users","method":"Find","status":5,"status_name":"NOT_FOUND","#,
      #""message":"no such user","requests":{"count":1,"messages":[{"length":40,"compressed":false,"#,
      #""fields":[{"number":1,"type":"text","length":5,"value":"alice"},"#,
      #"{"number":2,"type":"varint","value":"18446744073709551615"},"#,
      #"{"number":3,"type":"fixed32","value":"7"},{"number":4,"type":"fixed64","value":"8"},"#,
      #"{"number":5,"type":"message","length":11,"fields":[{"number":1,"type":"bytes","length":9,"#,
      #""value":"00ff"}]}]}]},"responses":{"count":3,"messages":[{"length":7,"compressed":true,"#,
      #""fields":null}]}},"findings":[]}"#,
    ]
    #expect(lines[1].hasSuffix(expected.joined()))
  }

  @Test func `tells a WebSocket message with every field of the contract`() {
    let lines = Self.lines(SampleObservations.webSocket)
    #expect(
      lines[0].hasSuffix(
        #""packet":23,"message":{"from":"client","opcode":"text","length":1200,"sha256":"#
          + #""\#(String(repeating: "05", count: 32))","decoded_length":9800,"decoded_sha256":"#
          + #""\#(String(repeating: "06", count: 32))","fragments":3,"close_code":null,"#
          + #""text":"say \"hello\"","complete":true},"findings":[]}"#))
    #expect(lines[1].contains(#""sha256":null,"decoded_length":null,"decoded_sha256":null,"#))
    #expect(lines[1].contains(#""text":null,"complete":false}"#))
    #expect(lines[2].contains(#""close_code":1001,"text":"gone","complete":true}"#))
  }

  @Test func `tells what is in a form, and a server-sent event`() {
    let lines = Self.lines(SampleObservations.bodies)
    #expect(
      lines[0].contains(
        #""form":{"kind":"multipart","part_count":3,"parts":[{"name":"title","file_name":null,"#
          + #""content_type":null,"length":5,"text":"Me & you"},{"name":"photo","file_name":"me.jpg","#
          + #""content_type":"image/jpeg","length":4000,"text":"\\xff\\xd8"}]}"#))
    #expect(lines[0].contains(#""form":null}"#))
    #expect(
      lines[1].contains(
        #""protocol":"sse","#))
    #expect(
      lines[1].hasSuffix(
        #""event":{"within":11,"type":"price","id":"17","length":1100,"sha256":"#
          + #""\#(String(repeating: "07", count: 32))","text":"{\"up\":1"},"findings":[]}"#))
    #expect(lines[2].contains(#""id":null,"length":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb924"#))
  }

  @Test func `writes a command and its reply, and a password as it was sent`() {
    let lines = Self.lines(SampleObservations.commands)
    #expect(
      lines[2].hasSuffix(
        #""command":{"verb":"AUTH","arguments":"PLAIN AGFsaWNlAHNlY3JldA==","length":31,"payload":null},"#
          + #""interim":[],"reply":{"status":"535","error":true,"code":"5.7.8","text":"invalid credentials","#
          + #""items":null,"length":99,"payload":null},"findings":[]}"#))
    #expect(lines[3].contains(#""interim":[{"from":"server","status":"354","text":"go ahead"}]"#))
    #expect(lines[4].contains(#""command":{"tag":"A1","verb":"LOGIN","arguments":"alice secret","#))
    #expect(lines[7].contains(#""data_address":"10.1.2.6:1025","findings":[]}"#))
  }

  @Test func `looks at what nobody reads, and guesses`() {
    let line = Self.lines(SampleObservations.all).last { $0.contains(#""protocol":"unknown""#) } ?? ""
    #expect(
      line.contains(
        #""client_bytes":999,"server_bytes":1000,"client_entropy":4.096,"server_entropy":null,"#
          + #""client_start":"5353482d322e302d78","server_start":"","#
          + #""guess":{"name":"ssh","reason":"begins with \"SSH-\""}"#))
  }

  @Test func `has null for a response or a request that is missing`() {
    let text = Self.lines(SampleObservations.all).joined()
    #expect(text.contains(#""response":null"#))
    let orphan = HTTPExchange(request: nil, response: SampleObservations.response(200, type: "a/b", size: 0))
    let lines = Self.lines([
      SampleObservations.exchange(SampleObservations.web, from: 0, to: 0, .http1(orphan))
    ])
    #expect(lines[0].contains(#""request":null"#))
  }

  @Test func `escapes bytes that are no UTF-8`() {
    var request = SampleObservations.request("GET", "/")
    request.target = [0x2f, 0xff]
    let exchange = HTTPExchange(request: request, response: nil)
    let lines = Self.lines([
      SampleObservations.exchange(SampleObservations.web, from: 0, to: 0, .http1(exchange))
    ])
    #expect(lines[0].contains(#""target":"/\\xff""#))
  }
}

/// Any JSON, its keys known.
enum JSONValue: Decodable, Equatable {
  case object([String: JSONValue])
  case array([JSONValue])
  case scalar

  init(from decoder: any Decoder) throws {
    if let object = try? [String: JSONValue](from: decoder) {
      self = .object(object)
    } else if let array = try? [JSONValue](from: decoder) {
      self = .array(array)
    } else {
      self = .scalar
    }
  }

  /// All keys, at any depth.
  var keys: Set<String> {
    switch self {
    case .object(let fields): fields.values.reduce(Set(fields.keys)) { $0.union($1.keys) }
    case .array(let elements): elements.reduce([]) { $0.union($1.keys) }
    case .scalar: []
    }
  }
}
