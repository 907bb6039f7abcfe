import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `An event stream` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var stream: String
    /// `TYPE[#ID]: DATA` of each event.
    var events: [String]
  }

  /// The examples of WHATWG HTML §9.2, and its rules one by one.
  static let cases: [Case] = [
    Case(
      testDescription: "data", stream: "data: YHOO\ndata: +2\ndata: 10\n\n", events: ["message: YHOO\n+2\n10"]
    ),
    Case(
      testDescription: "a comment, ids, and one space that is kept",
      stream: ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
      events: ["message#1: first event", "message: second event", "message:  third event"]),
    Case(
      testDescription: "data without a value", stream: "data\n\ndata\ndata\n\ndata:",
      events: ["message: ", "message: \n"]),
    Case(
      testDescription: "with and without a space", stream: "data:test\n\ndata: test\n\n",
      events: ["message: test", "message: test"]),
    Case(
      testDescription: "types, each for one event",
      stream: "event: add\ndata: 73\n\ndata: 1\n\nevent: add\n\ndata: 2\n\n",
      events: ["add: 73", "message: 1", "message: 2"]),
    Case(
      testDescription: "an id lasts", stream: "id: a\ndata: 1\n\ndata: 2\n\nid: \ndata: 3\n\n",
      events: ["message#a: 1", "message#a: 2", "message: 3"]),
    Case(
      testDescription: "an id with NUL is none", stream: "id: a\ndata: 1\n\nid: b\0c\ndata: 2\n\n",
      events: ["message#a: 1", "message#a: 2"]),
    Case(
      testDescription: "all line ends",
      stream: "data: 1\r\rdata: 2\r\n\r\ndata: 3\n\r\ndata: 4\r\n\ndata: 5\r\n\r",
      events: ["message: 1", "message: 2", "message: 3", "message: 4", "message: 5"]),
    Case(
      testDescription: "what means nothing",
      stream: "retry: 10\nfoo: bar\nDATA: 1\ndatax: 2\n data: 3\ndata: 4\n\n",
      events: ["message: 4"]),
    Case(
      testDescription: "a byte order mark", stream: "\u{feff}data: 1\n\n\u{feff}data: 2\n\n",
      events: ["message: 1"]),
    Case(
      testDescription: "two byte order marks", stream: "\u{feff}\u{feff}data: 1\n\ndata: 2\n\n",
      events: ["message: 2"]),
    Case(testDescription: "half a byte order mark", stream: "\u{feef}\ndata: 1\n\n", events: ["message: 1"]),
    Case(
      testDescription: "an event that the end cuts", stream: "data: 1\n\ndata: 2\n", events: ["message: 1"]),
    Case(testDescription: "nothing at all", stream: "\n\n\r\n", events: []),
  ]

  @Test(arguments: cases) func `is told event by event`(_ example: Case) throws {
    let events = response(Array(example.stream.utf8))
    let found = exchanges(events)
    #expect(found.dropLast().map(told) == example.events)
    #expect(found.last?.http?.response?.isComplete == true)
    #expect(found.map(\.index) == Array(1...example.events.count + 1).dropLast() + [0])
    #expect(splittingDifference(events) == nil)
  }

  @Test func `tells an event as soon as it is there`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    script.server("3\r\nid:\r\n5\r\n7\nda")
    script.server("t\r\n5\r\na: 1\r\n1\r\n\n\r\n")
    script.server("2\r\n\r\r\r\n")
    var inspector = Inspector(services: ContentServices.system)
    var told: [Exchange] = []
    for event in script.events {
      inspector.receive(event.event, packet: event.packet) {
        if case .exchange(let exchange, _) = $0 { told.append(exchange) }
      }
    }
    let exchange = try #require(told.first)
    let event = try #require(exchange.serverSentEvent)
    #expect(told.count == 1)
    #expect(event.within == 0)
    #expect(event.id == Array("7".utf8))
    #expect(event.dataByteCount == 1)
    #expect(event.dataSHA256 == sha256(Array("1".utf8)))
    #expect(exchange.packet == 4)
    #expect(exchange.start == EventScript.time(ofPacket: 4))
    #expect(exchange.end == EventScript.time(ofPacket: 6))
  }

  @Test(arguments: [
    "gzip": InflateSamples.events, "br": CodedSamples.brotliEvents, "zstd": CodedSamples.zstandardEvents,
  ])
  func `is read in every coding`(coding: String, coded: [UInt8]) throws {
    let events = response(coded, "Content-Encoding: \(coding)\r\n")
    #expect(exchanges(events).dropLast().map(told) == ["message: one", "message: two"])
    #expect(splittingDifference(events) == nil)
  }

  @Test func `is not one in a request`() throws {
    let events = dialogue(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: 1\n\n",
      "")
    #expect(exchanges(events).count == 1)
  }

  @Test func `keeps within its limits`() throws {
    var limits = InspectionLimits()
    limits.bodies.nameByteCount = 3
    limits.bodies.excerptByteCount = 4
    let events = response(Array("id: 12345\nevent: abcdef\ndata: 12345\ndata: 6\n\n".utf8))
    let exchange = try #require(exchanges(events, limits: limits).first)
    #expect(told(exchange) == "abc#123: 1234")
    #expect(exchange.serverSentEvent?.dataByteCount == 7)
    #expect(splittingDifference(events, limits: limits) == nil)
  }

  @Test func `with a gap is told up to there`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\ndata")
    script.gap(.serverToClient, 10)
    script.server("\n\ndata: 2\n\n")
    script.finish()
    #expect(exchanges(script.events).dropLast().map(told) == ["message: 1"])
  }

  private func response(_ body: [UInt8], _ fields: String = "") -> [PacketEvent] {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server(
      Array(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(fields)Content-Length: \(body.count)\r\n\r\n"
          .utf8)
        + body)
    script.finish()
    return script.events
  }

  private func told(_ exchange: Exchange) -> String {
    guard let event = exchange.serverSentEvent else { return "something else" }
    let id = event.id.map { "#" + String(decoding: $0, as: UTF8.self) } ?? ""
    return
      "\(String(decoding: event.type, as: UTF8.self))\(id): \(String(decoding: event.excerpt, as: UTF8.self))"
  }
}
