import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `HTTP/2 with gaps` {
  typealias Frames = HTTP2Frames

  @Test func `counts nothing twice at a gap between frames`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1, end: true))
    script.script.gap(.serverToClient, 7)
    script.server(Array("abc".utf8))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, nil])
    #expect(found[1].opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 3))
    #expect(found[1].codes == ["gap", "h2.given-up"])
  }

  @Test func `does not judge windows by what a gap took`() {
    var script = HTTP2Script(client: [(4, 5)])
    script.client(Frames.get(1), Array(Frames.frame(8, 0, 1, [0, 0, 0, 9]).dropLast(4)))
    script.script.gap(.clientToServer, 4)
    script.server(Frames.ok(1), Frames.data(1, "0123456789", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.codes) == [[], ["gap"]])
    #expect(found.map(\.stream) == [1, 0])
  }

  @Test func `goes on behind a gap within a body`() {
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3))
    script.server(Frames.ok(1), Array(Frames.data(1, "0123456789", end: true).dropLast(6)))
    script.script.gap(.serverToClient, 4)
    script.server(Array("89".utf8), Frames.ok(3, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 3])
    #expect(found.map(\.codes) == [["gap"], []])
    #expect(found[0].http?.response?.body == HTTPBody(byteCount: 10))
    #expect(found[0].http?.response?.isComplete == false)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `finds frames again behind a gap that goes beyond one`() {
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3))
    script.server(Frames.ok(1), Array(Frames.data(1, "0123456789").dropLast(6)))
    script.script.gap(.serverToClient, 7)
    script.server(
      Array("rest of a frame".utf8), Frames.ok(3), Frames.data(3, "3"), Frames.data(3, "3", end: true))
    script.client(Frames.get(5))
    script.server(Frames.ok(5, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [3, 5, 1, nil])
    #expect(found.map { $0.http?.response?.status } == [200, 200, 200, nil])
    #expect(found.map { $0.http?.response?.body.byteCount } == [2, 0, 10, nil])
    #expect(found.map { $0.http?.response?.isComplete } == [false, true, false, nil])
    #expect(found.map(\.codes) == [["gap"], [], ["gap"], ["h2.skipped"]])
    #expect(found[3].opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 15))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `reads what is left at the end behind a gap`() {
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3))
    script.script.gap(.serverToClient, 100)
    script.server(Frames.ok(3, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [3, 1, 0])
    #expect(found.map { $0.http?.response?.status } == [200, nil, nil])
    #expect(found.map(\.codes) == [["gap"], ["gap"], ["gap"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `gives a direction up behind a gap that frames cannot be found in`() {
    var limits = InspectionLimits()
    limits.http2.resynchronisationByteCount = 30
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1))
    script.script.gap(.serverToClient, 7)
    script.server([UInt8](repeating: 0xaa, count: 45))
    script.client(Frames.get(3))
    script.server(Frames.ok(3, end: true))
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.stream) == [1, 3, nil])
    #expect(found.map(\.codes) == [["gap", "h2.given-up"], [], ["gap", "h2.given-up"]])
    #expect(found[2].opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 67))
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }

  @Test func `ends a message whose last frame ends within a gap`() {
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1), Array(Frames.data(1, "0123456789", end: true).dropLast(6)))
    script.script.gap(.serverToClient, 9)
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1])
    #expect(found[0].http?.response?.body == HTTPBody(byteCount: 10))
    #expect(found.map(\.codes) == [["gap"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on behind a gap in padding, or in its length`() {
    for (cut, missing, length) in [(9, 3, 8), (10, 3, 4), (16, 2, 4), (14, 4, 4)] {
      var script = HTTP2Script()
      script.client(Frames.get(1))
      let frame = Frames.frame(0, 9, 1, [4] + Array("0123".utf8) + [0, 0, 0, 0])
      script.server(Frames.ok(1), Array(frame[..<cut]))
      script.script.gap(.serverToClient, UInt64(missing))
      script.server(Array(frame[(cut + missing)...]))
      let found = exchanges(script.events)
      #expect(found.map(\.codes) == [["gap"]])
      #expect(found.first?.http?.response?.body.byteCount == UInt64(length), "\(cut)")
      #expect(splittingDifference(script.events) == nil)
    }
  }

  @Test func `goes on behind a gap in a header block, with what does not refer to it`() throws {
    var script = HTTP2Script()
    let indexed: [UInt8] = [0x40, 1, 0x61, 1, 0x62]
    script.client(Array((Frames.headers(1, Frames.request("GET", "/lost"), end: true)).dropLast(6)))
    script.script.gap(.clientToServer, 2)
    script.client(Array("lost".utf8))
    // What is added to the table since has its index; behind it is what nobody knows.
    script.client(
      Frames.frame(1, 5, 3, Frames.block(Frames.request("GET", "/three")) + indexed),
      Frames.frame(
        1, 5, 5, Frames.block(Frames.request("GET", "/five")) + [0xbe, 0xbf, 0x7f, 0x01, 1, 0x78]),
      Frames.frame(1, 5, 7, [0x82, 0x87, 0xbe, 0x41, 1, 0x61]))
    script.server(Frames.ok(1, end: true), Frames.ok(3, end: true), Frames.ok(5, end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 3, 5, 7, 0])
    #expect(
      found.map(\.codes) == [
        ["h2.header-block-lost"], [], ["h2.fields-unknown"], ["h2.fields-unknown"], ["gap"],
      ])
    #expect(found[0].http?.request?.method == [])
    #expect(found[0].http?.request?.isComplete == false)
    #expect(found[1].http?.request?.target == Array("/three".utf8))
    let fields = try #require(found[2].http?.request?.headers)
    #expect(fields == [HTTPField(name: Array("a".utf8), value: Array("b".utf8))])
    #expect(
      found[2].findings.first?.detail
        == "2 fields refer to what the capture lacks and are left out; the value of one is \"x\"")
    #expect(found[3].http?.request?.method == Array("GET".utf8))
    #expect(found[3].http?.request?.authority == Array("a".utf8))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `takes a section behind a lost one as trailers where a body lies between`() {
    let block = Frames.block([(":status", "200"), ("x", "y")])
    var script = HTTP2Script()
    script.client(Frames.get(1), Frames.get(3))
    script.server(Array(Frames.frame(1, 4, 1, block).dropLast(4)))
    script.script.gap(.serverToClient, 4)
    script.server(Frames.data(1, "body"), Frames.headers(1, [("t", "u")], end: true))
    script.server(Array(Frames.frame(1, 4, 3, block).dropLast(4)))
    script.script.gap(.serverToClient, 4)
    script.server(Frames.ok(3), Frames.data(3, "body", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.codes) == [["h2.header-block-lost"], ["h2.header-block-lost"], ["gap", "gap"]])
    #expect(found.map { $0.http?.response?.status } == [0, 200, nil])
    #expect(found.map { $0.http?.response?.trailers.count } == [1, 0, nil])
    #expect(found.map { $0.http?.response?.body.byteCount } == [4, 4, nil])
    #expect(splittingDifference(script.events) == nil)
  }

  // MARK: Beginnings

  /// Frames of a connection that began before.
  static func midst() -> HTTP2Script {
    var script = HTTP2Script(begins: false)
    script.client(
      Frames.frame(8, 0, 0, [0, 0, 0x10, 0]),
      Frames.frame(1, 5, 11, [0x82, 0x87, 0xc0, 0x44, 2, 0x2f, 0x61]),
      Frames.frame(8, 0, 11, [0, 0, 0x10, 0]))
    script.server(
      Array("rest".utf8), Frames.data(9, "nine", end: true), Frames.frame(1, 4, 11, [0x88, 0xc1]),
      Frames.data(11, "eleven", end: true), Frames.settings([(4, 7)]))
    return script
  }

  @Test func `is recognised in its midst, by frames that follow one another`() throws {
    let script = Self.midst()
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [9, 11, nil])
    #expect(
      found.map(\.codes) == [
        ["h2.head-missing"], ["h2.fields-unknown", "h2.fields-unknown"],
        ["h2.beginning-missing", "h2.skipped", "h2.beginning-missing"],
      ])
    #expect(found[0].http?.response?.status == 0)
    #expect(found[0].http?.response?.body.byteCount == 4)
    #expect(found[0].http?.request == nil)
    let request = try #require(found[1].http?.request)
    #expect(request.method == Array("GET".utf8))
    #expect(request.target == Array("/a".utf8))
    #expect(found[1].http?.response?.status == 200)
    #expect(found[1].http?.response?.body.byteCount == 6)
    #expect(found[2].opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 4))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `is recognised where only one side is there, or little of it`() {
    var script = HTTP2Script(begins: false)
    script.server(Frames.ok(5), Frames.data(5, "five", end: true))
    #expect(exchanges(script.events).map(\.stream) == [5, 0])
    #expect(splittingDifference(script.events) == nil)

    script = HTTP2Script(begins: false)
    script.client(Frames.get(7))
    #expect(exchanges(script.events).map(\.stream) == [7, 0])

    script = HTTP2Script(begins: false)
    script.script.gap(.clientToServer, 5)
    script.client(Array("??".utf8), Frames.get(7), Frames.get(9))
    #expect(exchanges(script.events).map(\.stream) == [7, 9, nil])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on behind gaps at the beginning of both sides`() {
    var script = EventScript()
    script.append(.secured(.server, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2")))
    script.gap(.clientToServer, 1_000)
    script.gap(.serverToClient, 50_000)
    script.client(Frames.get(101) + Frames.get(103))
    script.server(Frames.ok(99) + Frames.ok(101, end: true) + Frames.ok(103, end: true))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [101, 103, 99, 0])
    #expect(found.map(\.codes) == [[], [], [], ["gap", "gap"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `finds frames of the largest usual size, wherever they begin`() {
    let body = String(repeating: "\u{0}", count: 16_384)
    var script = HTTP2Script()
    script.client(Frames.get(1))
    script.server(Frames.ok(1))
    script.script.gap(.serverToClient, 100)
    for _ in 0..<4 { script.server(Array(repeating: 0, count: 5_000)) }
    for _ in 0..<5 { script.server(Frames.data(1, body)) }
    script.server(Frames.data(1, "end", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, nil])
    #expect(found.first?.http?.response?.body.byteCount == 5 * 16_384 + 3)
    #expect(found.last?.opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 20_000))
  }

  @Test func `is read the other way round where the ports misled`() throws {
    // The same, but that who has the lower port is taken for the server.
    let right = Self.midst().events
    let turned = right.map { event in
      var event = event
      switch event.event.kind {
      case .bytes(let direction, let bytes): event.event.kind = .bytes(direction.opposite, bytes)
      case .halfClosed(let direction): event.event.kind = .halfClosed(direction.opposite)
      default: break
      }
      return event
    }
    let found = exchanges(turned)
    let expected = exchanges(right)
    #expect(found.compactMap(\.http) == expected.compactMap(\.http))
    #expect(found.map(\.codes) == expected.map(\.codes))
    let directions = found.map { $0.findings.map { $0.direction?.opposite } }
    #expect(directions == expected.map { $0.findings.map(\.direction) })
    #expect(splittingDifference(turned) == nil)
  }

  @Test func `asks no question about answers whose requests come later, or are lost`() {
    var script = HTTP2Script()
    script.server(Frames.ok(1), Frames.data(1, "1", end: true), Frames.ok(3, end: true))
    script.script.gap(.clientToServer, 20)
    script.client(Frames.get(1), Frames.data(5, "body"), Frames.data(5, "body", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [1, 3, 5, 0])
    #expect(found.map(\.codes) == [["gap"], ["gap"], ["h2.head-missing"], ["gap"]])
    #expect(found.first?.http?.request?.target == Array("/".utf8))
    #expect(splittingDifference(script.events) == nil)
  }
}
