import Packets
import Replay
import SessionEvents
import Testing

/// Which segments belong to which connection, who its client is, and when it ends.
@Suite struct `TCP connections` {
  static let opened = "tcp 10.0.0.1:50000 > 10.0.0.2:80 @1"
  static let resetByClient = "closed reset(by: SessionEvents.Party.client)"

  @Test func `keeps the client that sent the SYN first in a simultaneous open`() {
    let script: [Wire] = [
      .client(.syn, 0), .server(.syn, 0), .client(.syn, 0, ack: 1), .server(.syn, 0, ack: 1),
      .server(1, ack: 1, "hi"),
    ]
    #expect(Bench.events(script) == [Self.opened, "server: hi @5", "closed open @5"])
  }

  @Test func `takes the side with the higher port for the client of a connection under way`() {
    let script: [Wire] = [.server(500, ack: 90, "yes"), .client(90, ack: 503, "no")]
    #expect(Bench.events(script) == [Self.opened, "server: yes @1", "client: no @2", "closed open @2"])
  }

  @Test func `counts what an acknowledgment before the first bytes shows to be missing`() {
    let script: [Wire] = [.client(90, ack: 500), .server(505, ack: 90, "more"), .client(90, ack: 509)]
    #expect(Bench.events(script) == [Self.opened, "server gap 5 @2", "server: more @2", "closed open @3"])
  }

  @Test func `reads a connection of which only the server was captured`() {
    let script: [Wire] = [
      .server(.syn, 0, ack: 1), .server(1, ack: 31, "page"), .server(.fin, 5, ack: 31),
    ]
    let events = Bench.events(script)
    #expect(
      events == [Self.opened, "server: page @2", "server fin @3", "client gap 30 @3", "closed open @3"])
  }

  @Test func `opens no session for a segment without bytes`() {
    #expect(Bench.events([.server(500, ack: 90), .client(90, ack: 500), .server(.rst, 500)]) == [])
  }

  // MARK: Under way

  struct SpeakerCase: CustomTestStringConvertible {
    var payload: String
    /// Who the sender with the lower port is.
    var party: Party

    var testDescription: String { payload }
  }

  static let speakers = [
    SpeakerCase(payload: "GET / HTTP/1.1\r\n", party: .client),
    SpeakerCase(payload: "HTTP/1.1 200 OK\r\n", party: .server),
    SpeakerCase(payload: "PRI * HTTP/2.0\r\n", party: .client),
    SpeakerCase(payload: "220 mail ready\r\n", party: .server),
    SpeakerCase(payload: "\u{16}\u{3}\u{1}\0\u{9}\u{1}\0\0\u{5}", party: .client),
    SpeakerCase(payload: "\u{16}\u{3}\u{3}\0\u{9}\u{2}\0\0\u{5}", party: .server),
    SpeakerCase(payload: "whatever", party: .server),
    SpeakerCase(payload: "G", party: .server),
  ]

  @Test(arguments: speakers) func `are told apart by their first bytes when no SYN was seen`(
    _ test: SpeakerCase
  ) {
    var bench = Bench()
    bench.play([.client(7, ack: 9), .server(9, ack: 7, test.payload), .client(7, ack: 9 + 90, "x")])
    let isClient = test.party == .client
    #expect(
      bench.log == [
        isClient ? "tcp 10.0.0.2:80 > 10.0.0.1:50000 @1" : Self.opened,
        "\(test.party): \(test.payload) @2", "\(isClient ? Party.server : .client): x @3",
      ])
  }

  @Test func `under way begin with what was sent first, even if it came later`() {
    let script: [Wire] = [
      .server(500, ack: 95), .client(90, ack: 500, "first"), .client(95, ack: 500, "second"),
    ]
    #expect(Bench.events(script) == [Self.opened, "client: first @2", "client: second @3", "closed open @3"])
  }

  @Test func `under way do not lack the byte of a keep-alive that came first`() {
    let script: [Wire] = [.client(89, ack: 500), .server(500, ack: 90), .client(90, ack: 500, "data")]
    #expect(Bench.events(script) == [Self.opened, "client: data @3", "closed open @3"])
  }

  @Test func `under way leave out what comes from before, once bytes were handed on`() {
    var bench = Bench()
    bench.play([.client(95, ack: 500, "second"), .client(90, ack: 500, "first")])
    bench.finish()
    #expect(bench.log == [Self.opened, "client: second @1", "closed open @2"])
    #expect(bench.assembler.notes == [ReplayNote(.bytesBeforeStart, firstPacket: 2)])
  }

  @Test func `take a SYN that comes late`() {
    let script: [Wire] = [
      .client(1, ack: 1, "ab"), .client(.syn, 0), .server(.syn, 0, ack: 1), .server(1, ack: 3, "c"),
    ]
    #expect(Bench.events(script) == [Self.opened, "client: ab @1", "server: c @4", "closed open @4"])
  }

  // MARK: Numbers

  @Test func `count on when sequence numbers go twice round`() {
    // One side alone, so that nothing but its acknowledgments tells of 9 GiB.
    var bench = Bench()
    bench.play(Wire.handshake)
    let step: UInt32 = 60 << 20
    for index in 1...160 { bench.send(.client(1, ack: 1 &+ UInt32(truncatingIfNeeded: index) &* step)) }
    let end = UInt32(truncatingIfNeeded: 160) &* step
    bench.play([.server(1 &+ end, ack: 1, "end"), .server(.fin, 4 &+ end, ack: 1)])
    bench.finish()
    #expect(
      bench.log.dropFirst() == [
        "server gap \(160 * UInt64(step)) @164", "server: end @164", "server fin @165", "closed open @165",
      ])
  }

  @Test func `are not led astray by a damaged number`() {
    let script: [Wire] = [
      .client(1, ack: 1, "ab"), .client(1 << 29, ack: 1, "?"), .server(1, ack: 3 &+ (1 << 28)),
      .client(3, ack: 1, "cd"), .client(0 &- (1 << 31) &+ 5, ack: 1, "?"), .client(5, ack: 1, "e"),
    ]
    #expect(
      Bench.events(Wire.handshake + script) == [
        Self.opened, "client: ab @4", "client: cd @7", "client: e @9", "closed open @9",
      ])
  }

  @Test func `believe a jump that two segments show`() {
    let far: UInt32 = 500 << 20
    let script: [Wire] = [
      .server(1, ack: 1, "ab"), .server(far, ack: 1, "yz"), .server(far + 2, ack: 1, "."),
      .client(1, ack: far + 3),
    ]
    #expect(
      Bench.events(Wire.handshake + script) == [
        Self.opened, "server: ab @4", "server gap \(far - 3) @5", "server: yz @5", "server: . @6",
        "closed open @7",
      ])
  }

  @Test func `believe a jump that the other side acknowledges`() {
    let far: UInt32 = 500 << 20
    let script: [Wire] = [
      .server(1, ack: 1, "ab"), .server(.fin, far, ack: 1), .client(.fin, 1, ack: far + 1),
    ]
    #expect(
      Bench.events(Wire.handshake + script) == [
        Self.opened, "server: ab @4", "server gap \(far - 3) @5", "server fin @5", "client fin @6",
        "closed fin @6",
      ])
  }

  // MARK: Again

  @Test func `begin anew without a SYN when both numbers are others`() {
    let script: [Wire] = [
      .client(1, ack: 1, "old"), .client(900 << 20, ack: 800 << 20, "GET /1 "),
      .client((900 << 20) + 7, ack: 800 << 20, "new"), .server(800 << 20, ack: (900 << 20) + 10, "yes"),
    ]
    #expect(
      Bench.events(Wire.handshake + script) == [
        Self.opened, "client: old @4", "closed open @4", "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @5",
        "#2 client: GET /1  @5", "#2 client: new @6", "#2 server: yes @7", "#2 closed open @7",
      ])
  }

  @Test func `begin anew without a SYN behind an orderly end`() {
    let script: [Wire] = [
      .client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .client(2, ack: 2),
      .client(70_000, ack: 90_000, "new"),
    ]
    #expect(
      Bench.events(Wire.handshake + script).suffix(3) == [
        "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @7", "#2 client: new @7", "#2 closed open @7",
      ])
  }

  @Test func `begin anew with a SYN without an end before`() {
    let script: [Wire] = [.client(1, ack: 1, "old"), .client(.syn, 70_000), .server(.syn, 9, ack: 70_001)]
    #expect(
      Bench.events(Wire.handshake + script).dropFirst() == [
        "client: old @4", "closed open @4", "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @5", "#2 closed open @6",
      ])
  }

  @Test func `keep the answer to a SYN that the client took`() {
    let script: [Wire] = [
      .client(1, ack: 1, "hello"), .server(.syn, 700_000, ack: 1), .client(6, ack: 1),
      .server(1, ack: 6, "yes"),
    ]
    #expect(
      Bench.events(Wire.handshake + script).dropFirst() == [
        "client: hello @4", "server: yes @7", "closed open @7",
      ])
  }

  @Test func `take another answer to a SYN while the client took none`() {
    let script: [Wire] = [
      .client(.syn, 0), .server(.syn, 700_000, ack: 1), .server(.syn, 0, ack: 1), .client(1, ack: 1),
      .server(1, ack: 1, "yes"),
    ]
    #expect(Bench.events(script) == [Self.opened, "server: yes @5", "closed open @5"])
  }

  // MARK: Resets

  @Test func `take what was under way when they were reset`() {
    let script: [Wire] = [
      .client(1, ack: 1, "ab"), .client(.rst, 3), .server(1, ack: 3, "late"), .client(.rst, 3),
      .server(.fin, 5, ack: 3),
    ]
    #expect(
      Bench.events(Wire.handshake + script).dropFirst() == [
        "client: ab @4", "server: late @6", "server fin @8", "\(Self.resetByClient) @8",
      ])
  }

  @Test func `end for good a while after a reset`() {
    var limits = ReassemblyLimits()
    limits.resetLinger = 2
    var bench = Bench(limits: limits)
    bench.play(Wire.handshake + [.client(.rst, 1), .server(1, ack: 1), .server(1, ack: 1)])
    #expect(bench.log.count == 1)
    bench.send(.server(1, ack: 1, "late"))
    #expect(bench.log.dropFirst() == ["\(Self.resetByClient) @4"])
    #expect(bench.assembler.notes == [ReplayNote(.bytesAfterClose, firstPacket: 7)])
  }

  @Test func `end for good when too many were reset`() {
    var limits = ReassemblyLimits()
    limits.lingeringConnections = 1
    var bench = Bench(limits: limits)
    for _ in 0..<3 {
      bench.play([.client(.syn, 0), .client(.rst, 1)])
      bench.client.port += 1
    }
    #expect(bench.log.filter { $0.contains("closed") } == ["\(Self.resetByClient) @2"])
  }

  @Test func `go on if who sent a reset goes on`() {
    var bench = Bench()
    bench.play(Wire.handshake + [.client(.rst, 1), .server(1, ack: 1, "a"), .client(1, ack: 2, "b")])
    bench.finish()
    #expect(bench.log.dropFirst() == ["server: a @5", "client: b @6", "closed open @6"])
    #expect(bench.assembler.notes == [ReplayNote(.resetIgnored, firstPacket: 4)])
  }

  @Test func `are not ended by a reset with a number far from theirs`() {
    let script: [Wire] = [
      .client(1, ack: 1, "ab"), .client(.rst, 1 << 26), .client(.rst, 0 &- (1 << 26)),
      .client(3, ack: 1, "c"),
    ]
    #expect(
      Bench.events(Wire.handshake + script).dropFirst() == [
        "client: ab @4", "client: c @7", "closed open @7",
      ])
  }
}
