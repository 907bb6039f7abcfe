import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A body store` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fields: String = ""
    var body: [UInt8]
    /// How many bytes of it come, where that is not all.
    var sent: Int?
    var kept: String
    var end: BodyEnd
  }

  static let text = "hello hello hello hello\n"

  static let cases: [Case] = [
    Case(testDescription: "as it is", body: Array("abc".utf8), kept: "abc", end: .complete),
    Case(
      testDescription: "decoded", fields: "Content-Encoding: gzip\r\n", body: InflateSamples.gzip, kept: text,
      end: .complete),
    Case(
      testDescription: "decoded twice", fields: "Content-Encoding: gzip, gzip\r\n",
      body: InflateSamples.twice,
      kept: text, end: .complete),
    Case(
      testDescription: "decoded, and read by another",
      fields: "Content-Encoding: br\r\nContent-Type: text/event-stream\r\n",
      body: CodedSamples.brotli, kept: text, end: .complete),
    Case(
      testDescription: "decoded, with more behind it", fields: "Content-Encoding: gzip\r\n",
      body: InflateSamples.gzip + [0], kept: text, end: .complete),
    Case(testDescription: "as far as it came", body: Array("abcdef".utf8), sent: 3, kept: "abc", end: .cut),
    Case(
      testDescription: "decoded as far as it came", fields: "Content-Encoding: gzip\r\n",
      body: InflateSamples.gzip,
      sent: InflateSamples.gzip.count - 8, kept: text, end: .cut),
    Case(
      testDescription: "up to where its coding breaks", fields: "Content-Encoding: gzip\r\n",
      body: InflateSamples.gzip.dropLast(8) + [0, 0, 0, 0, 0, 0, 0, 0], kept: text, end: .broken),
    Case(
      testDescription: "up to where its coding ends too early", fields: "Content-Encoding: gzip\r\n",
      body: InflateSamples.gzip.dropLast(), kept: text, end: .broken),
    Case(
      testDescription: "as sent where the coding is unknown", fields: "Content-Encoding: compress\r\n",
      body: Array("abc".utf8), kept: "abc", end: .undecoded(isComplete: true)),
    Case(
      testDescription: "as sent where one of the codings is unknown", fields: "Content-Encoding: x, gzip\r\n",
      body: Array("abc".utf8), sent: 2, kept: "ab", end: .undecoded(isComplete: false)),
  ]

  @Test(arguments: cases) func `gets a body`(_ example: Case) throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    let head = "HTTP/1.1 200 OK\r\n\(example.fields)Content-Length: \(example.body.count)\r\n\r\n"
    script.server(Array(head.utf8) + example.body.prefix(example.sent ?? example.body.count))
    script.finish()
    let expected = [
      BodyID(session: SessionID(1), index: 0, sender: .server): KeptBodies.Body(
        bytes: Array(example.kept.utf8), end: example.end)
    ]
    #expect(keep(script.events) == expected)
    let difference = EverySplit.firstDifference(of: script.events) { keep($0) }
    #expect(difference == nil)
  }

  @Test func `gets up to a gap, and no more than the limits allow`() {
    var script = EventScript()
    script.client(HTTP1Samples.get + HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    script.gap(.serverToClient, 3)
    script.server("ghi")
    let zeros = CodedSamples.brotliZeros
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: \(zeros.count)\r\n\r\n"
    script.server(Array(head.utf8) + zeros)
    script.finish()
    var limits = InspectionLimits()
    limits.content.decodedByteCount = 50_000
    let kept = keep(script.events, limits: limits)
    #expect(
      kept == [
        BodyID(session: SessionID(1), index: 0, sender: .server): KeptBodies.Body(
          bytes: Array("abc".utf8), end: .broken),
        BodyID(session: SessionID(1), index: 1, sender: .server): KeptBodies.Body(
          bytes: [UInt8](repeating: 0, count: 50_000), end: .broken),
      ])
  }

  @Test func `is asked for bodies with bytes alone, of both sides, before their exchange is told`() {
    var script = EventScript()
    script.client(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    script.client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    script.finish()
    let bodies = KeptBodies()
    var inspector = Inspector(services: ContentServices.system, bodies: bodies)
    var keptByThen: [Int] = []
    for event in script.events {
      inspector.receive(event.event, packet: nil) {
        if case .exchange = $0 { keptByThen.append(bodies.ended.count) }
      }
    }
    #expect(keptByThen == [1, 1])
    #expect(bodies.askedCount == 1)
    #expect(
      bodies.ended == [
        BodyID(session: SessionID(1), index: 0, sender: .client): KeptBodies.Body(
          bytes: Array("abc".utf8), end: .complete)
      ])
  }

  private func keep(_ events: [PacketEvent], limits: InspectionLimits = .init()) -> [BodyID: KeptBodies.Body]
  {
    let bodies = KeptBodies()
    var inspector = Inspector(services: ContentServices.system, limits: limits, bodies: bodies)
    for event in events { inspector.receive(event.event, packet: event.packet) { _ in } }
    return bodies.ended
  }
}

/// Keeps whole bodies.
final class KeptBodies: BodyStore {
  struct Body: Hashable, Sendable {
    var bytes: [UInt8]
    var end: BodyEnd
  }

  private(set) var askedCount = 0
  private(set) var ended: [BodyID: Body] = [:]

  func makeSink(for body: BodyID) -> (any BodySink)? {
    askedCount += 1
    return Sink(body, self)
  }

  private final class Sink: BodySink {
    private let id: BodyID
    private let bodies: KeptBodies
    private var bytes: [UInt8] = []

    init(_ id: BodyID, _ bodies: KeptBodies) {
      self.id = id
      self.bodies = bodies
    }

    func write(_ bytes: Span<UInt8>) {
      for index in bytes.indices { self.bytes.append(bytes[index]) }
    }

    func finish(_ end: BodyEnd) {
      bodies.ended[id] = Body(bytes: bytes, end: end)
    }
  }
}
