import Packets
import Replay
import SessionEvents
import Testing

@Suite struct `TCP reassembly` {
  struct Case: CustomTestStringConvertible {
    var name: String
    var script: [Wire]
    /// After `opened` by the client's SYN, which is packet 1.
    var events: [String]

    var testDescription: String { name }
  }

  static let opened = "tcp 10.0.0.1:50000 > 10.0.0.2:80 @1"

  static let cases = [
    Case(
      name: "in order, with an orderly close",
      script: [
        .client(1, ack: 1, "ab"), .server(1, ack: 3, "xyz"), .client(.fin, 3, ack: 4),
        .server(.fin, 4, ack: 4),
      ],
      events: ["client: ab @4", "server: xyz @5", "client fin @6", "server fin @7", "closed fin @7"]),
    Case(
      name: "out of order",
      script: [.client(3, ack: 1, "cd"), .client(5, ack: 1, "e"), .client(1, ack: 1, "ab")],
      events: ["client: ab @6", "client: cd @4", "client: e @5", "closed open @6"]),
    Case(
      name: "retransmission, and one that brings more",
      script: [.client(1, ack: 1, "ab"), .client(1, ack: 1, "ab"), .client(1, ack: 1, "abcd")],
      events: ["client: ab @4", "client: cd @6", "closed open @6"]),
    Case(
      name: "the first bytes win where pieces overlap",
      script: [.client(3, ack: 1, "CD"), .client(2, ack: 1, "bcde"), .client(1, ack: 1, "a")],
      events: ["client: a @6", "client: b @5", "client: CD @4", "client: e @5", "closed open @6"]),
    Case(
      name: "keep-alives bring nothing",
      script: [.client(1, ack: 1, "ab"), .client(2, ack: 1, "?"), .client(2, ack: 1), .server(1, ack: 3)],
      events: ["client: ab @4", "closed open @7"]),
    Case(
      name: "a hole that the receiver acknowledged is a gap",
      script: [.client(1, ack: 1, "ab"), .client(6, ack: 1, "fg"), .server(1, ack: 8)],
      events: ["client: ab @4", "client gap 3 @5", "client: fg @5", "closed open @6"]),
    Case(
      name: "a hole that the receiver acknowledged is a gap soon, not only at the end",
      script: [.client(3, ack: 1, "cd"), .server(1, ack: 5)] + Array(repeating: .server(1, ack: 5), count: 8)
        + [
          .client(.rst, 5)
        ],
      events: [
        "client gap 2 @4", "client: cd @4", "closed reset(by: SessionEvents.Party.client) @14",
      ]),
    Case(
      name: "an acknowledgment may be captured before what it acknowledges",
      script: [.client(3, ack: 1, "cd"), .server(1, ack: 5), .client(1, ack: 1, "ab")],
      events: ["client: ab @6", "client: cd @4", "closed open @6"]),
    Case(
      name: "a hole that is not acknowledged may still be filled",
      script: [.client(3, ack: 1, "cd"), .server(1, ack: 1), .server(1, ack: 1), .client(1, ack: 1, "ab")],
      events: ["client: ab @7", "client: cd @4", "closed open @7"]),
    Case(
      name: "a hole at the end of the capture is a gap",
      script: [.client(3, ack: 1, "cd")],
      events: ["client gap 2 @4", "client: cd @4", "closed open @4"]),
    Case(
      name: "acknowledged bytes that never came are a gap",
      script: [.server(1, ack: 11)],
      events: ["client gap 10 @4", "closed open @4"]),
    Case(
      name: "a FIN behind a hole is not the end until the hole is decided",
      script: [.client(.fin, 3, ack: 1, "cd"), .client(1, ack: 1, "ab")],
      events: ["client: ab @5", "client: cd @4", "client fin @4", "closed open @5"]),
    Case(
      name: "an acknowledged FIN behind a hole",
      script: [.client(.fin, 3, ack: 1), .server(1, ack: 4)],
      events: ["client gap 2 @4", "client fin @4", "closed open @5"]),
    Case(
      name: "an acknowledged FIN that was not captured is no byte",
      script: [.client(1, ack: 1, "ab"), .server(1, ack: 4)],
      events: ["client: ab @4", "closed open @5"]),
    Case(
      name: "half-close, and data the other way after it",
      script: [.client(.fin, 1, ack: 1), .server(1, ack: 2, "late"), .server(.fin, 5, ack: 2)],
      events: ["client fin @4", "server: late @5", "server fin @6", "closed fin @6"]),
    Case(
      name: "a reset by the server",
      script: [.client(1, ack: 1, "ab"), .server(.rst, 1)],
      events: ["client: ab @4", "closed reset(by: SessionEvents.Party.server) @5"]),
    Case(
      name: "a reset tells what was sent before it",
      script: [.client(1, ack: 1, "ab"), .client(.rst, 6, ack: 1)],
      events: ["client: ab @4", "client gap 3 @5", "closed reset(by: SessionEvents.Party.client) @5"]),
    Case(
      name: "bytes cut off by the capture's snap length",
      script: [.client(1, ack: 1, "ab", missing: 3), .client(6, ack: 1, "f")],
      events: ["client: ab @4", "client gap 3 @4", "client: f @5", "closed open @5"]),
    Case(
      name: "bytes beyond the FIN are left out",
      script: [.client(.fin, 1, ack: 1, "ab"), .client(3, ack: 1, "cd")],
      events: ["client: ab @4", "client fin @4", "closed open @5"]),
    Case(
      name: "bytes after the end open no session",
      script: [.client(.rst, 1), .server(1, ack: 1, "late"), .server(.fin, 5, ack: 1)],
      events: ["closed reset(by: SessionEvents.Party.client) @4"]),
    Case(
      name: "the same two ends connect again",
      script: [
        .client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .client(.syn, 70_000),
        .server(.syn, 80_000, ack: 70_001),
        .client(70_001, ack: 80_001, "again"),
      ],
      events: [
        "client fin @4", "server fin @5", "closed fin @5", "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @6",
        "#2 client: again @8", "#2 closed open @8",
      ]),
  ]

  @Test(arguments: cases)
  func `turns packets into events`(_ test: Case) {
    #expect(Bench.events(Wire.handshake + test.script) == [Self.opened] + test.events)
  }

  @Test(arguments: cases)
  func `gives the same events when sequence numbers wrap`(_ test: Case) {
    let events = Bench.events(
      Wire.handshake + test.script, clientInitial: .max - 2, serverInitial: .max)
    #expect(events == [Self.opened] + test.events)
  }

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

  @Test func `reports other bytes for a place already filled`() {
    var bench = Bench()
    bench.play(Wire.handshake + [.client(3, ack: 1, "cd"), .client(3, ack: 1, "xd")])
    #expect(bench.assembler.notes == [ReplayNote(.conflictingOverlap, firstPacket: 5)])
  }

  @Test func `reports bytes after the end`() {
    var bench = Bench()
    bench.play(Wire.handshake + [.client(.rst, 1), .server(1, ack: 1, "late")])
    #expect(bench.assembler.notes == [ReplayNote(.bytesAfterClose, firstPacket: 5)])
  }
}
