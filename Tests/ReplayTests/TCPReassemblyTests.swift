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
      name: "the first bytes stand where pieces overlap",
      script: [.client(3, ack: 1, "CD"), .client(2, ack: 1, "bcde"), .client(1, ack: 1, "a")],
      events: [
        "client conflict 2 at 2 @5", "client: a @6", "client: b @5", "client: CD @4", "client: e @5",
        "closed open @6",
      ]),
    Case(
      name: "the first bytes stand where bytes handed on come again, with more",
      script: [.client(1, ack: 1, "abc"), .client(4, ack: 1, "de"), .client(2, ack: 1, "bXXef")],
      events: [
        "client: abc @4", "client: de @5", "client conflict 2 at 2 @6", "client: f @6", "closed open @6",
      ]),
    Case(
      name: "a retransmission that begins before what is there",
      script: [.client(1, ack: 1, "ab"), .server(1, ack: 3), .client(1, ack: 1, "abcd")],
      events: ["client: ab @4", "client: cd @6", "closed open @6"]),
    Case(
      name: "a retransmission that was cut otherwise, out of order",
      script: [.client(4, ack: 1, "de"), .client(1, ack: 1, "abcd"), .client(3, ack: 1, "cdef")],
      events: ["client: abc @5", "client: de @4", "client: f @6", "closed open @6"]),
    Case(
      name: "keep-alives bring nothing",
      script: [.client(1, ack: 1, "ab"), .client(2, ack: 1, "?"), .client(2, ack: 1), .server(1, ack: 3)],
      events: ["client: ab @4", "closed open @7"]),
    Case(
      name: "a probe of a closed window is the next byte, sent once more with others",
      script: [
        .client(1, ack: 1, "ab"), .server(1, ack: 3), .client(3, ack: 1, "c"), .server(1, ack: 3),
        .client(3, ack: 1, "cde"),
      ],
      events: ["client: ab @4", "client: c @6", "client: de @8", "closed open @8"]),
    Case(
      name: "bytes in a SYN, taken, are not taken twice (RFC 7413)",
      script: [
        .client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .client(.syn, 9_000, "early"),
        .server(.syn, 8_000, ack: 9_006), .client(9_001, ack: 8_001, "early!"),
      ],
      events: [
        "client fin @4", "server fin @5", "closed fin @5", "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @6",
        "#2 client: early @6", "#2 client: ! @8", "#2 closed open @8",
      ]),
    Case(
      name: "urgent bytes are bytes",
      script: [.client(1, ack: 1, "ab"), .client(.urg, 3, ack: 1, "c")],
      events: ["client: ab @4", "client: c @5", "closed open @5"]),
    Case(
      name: "bytes that come after their hole was given up",
      script: [.client(3, ack: 1, "cd")] + Array(repeating: .server(1, ack: 5), count: 9)
        + [.client(1, ack: 1, "ab")],
      events: ["client gap 2 @4", "client: cd @4", "closed open @14"]),
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
      name: "a session whose ends both show only behind a hole is over",
      script: [.client(.fin, 1, ack: 1), .server(1, ack: 2, "ab"), .server(.fin, 5, ack: 2)],
      events: ["client fin @4", "server: ab @5", "server gap 2 @6", "server fin @6", "closed fin @6"]),
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
      script: [
        .client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .server(1, ack: 2, "late"),
        .client(1, ack: 2, "l"),
      ],
      events: ["client fin @4", "server fin @5", "closed fin @5"]),
    Case(
      name: "a reset and its acknowledgment refuse a SYN",
      script: [
        .client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .client(.syn, 9_000),
        .server(.rst, 0 &- 2_000, ack: 9_001),
      ],
      events: [
        "client fin @4", "server fin @5", "closed fin @5", "#2 tcp 10.0.0.1:50000 > 10.0.0.2:80 @6",
        "#2 closed reset(by: SessionEvents.Party.server) @7",
      ]),
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

  struct NoteCase: CustomTestStringConvertible {
    var kind: ReplayNote.Kind
    var script: [Wire]
    /// The packet that is to blame, after a handshake.
    var packet: UInt64
    var count: UInt64 = 1

    var testDescription: String { "\(kind)" }
  }

  static let noteCases = [
    NoteCase(
      kind: .conflictingOverlap, script: [.client(3, ack: 1, "cd"), .client(3, ack: 1, "xd")], packet: 5),
    NoteCase(
      kind: .conflictingOverlap, script: [.client(1, ack: 1, "ab"), .client(1, ack: 1, "ax")], packet: 5),
    NoteCase(
      kind: .bytesAfterClose,
      script: [.client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2), .server(1, ack: 2, "late")], packet: 6),
    NoteCase(
      kind: .bytesBeyondEnd, script: [.client(.fin, 1, ack: 1, "ab"), .client(3, ack: 1, "cd")], packet: 5),
    NoteCase(
      kind: .bytesAfterGap,
      script: [.client(3, ack: 1, "cd")] + Array(repeating: .server(1, ack: 5), count: 9)
        + [.client(1, ack: 1, "ab")], packet: 14),
    NoteCase(kind: .bytesInReset, script: [.client(.rst, 1, "why")], packet: 4),
    NoteCase(kind: .resetIgnored, script: [.client(.rst, 1 << 25)], packet: 4),
    NoteCase(
      kind: .strayBytes, script: [.client(1 << 27, ack: 1, "?"), .client(1, ack: 1, "ab")], packet: 4),
  ]

  @Test(arguments: noteCases) func `takes note of what is odd`(_ test: NoteCase) {
    var bench = Bench()
    bench.play(Wire.handshake + test.script)
    bench.finish()
    #expect(bench.assembler.notes == [ReplayNote(test.kind, count: test.count, firstPacket: test.packet)])
  }

  @Test func `finds nothing odd in keep-alives, probes and retransmissions`() {
    var bench = Bench()
    bench.play(
      Wire.handshake + Wire.handshake + [
        .client(1, ack: 1, "ab"), .client(1, ack: 1, "ab"), .client(2, ack: 1, "\0"), .client(2, ack: 1),
        .server(0, ack: 3), .client(3, ack: 1, "c"), .client(3, ack: 1, "cd"), .client(.fin, 5, ack: 1),
        .client(.fin, 3, ack: 1, "cd"), .server(.fin, 1, ack: 6), .client(6, ack: 2),
        .server(.fin, 1, ack: 6),
      ])
    bench.finish()
    #expect(bench.assembler.notes == [])
    #expect(
      bench.log.dropFirst() == [
        "client: ab @7", "client: c @12", "client: d @13", "client fin @14", "server fin @16",
        "closed fin @16",
      ])
  }
}
