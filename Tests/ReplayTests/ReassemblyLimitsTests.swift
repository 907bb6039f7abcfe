import Packets
import Replay
import SessionEvents
import Testing

@Suite struct `Reassembly limits` {
  @Test func `give up the first hole when too much waits in one stream`() {
    var limits = ReassemblyLimits()
    limits.pendingPiecesPerStream = 2
    var bench = Bench(limits: limits)
    bench.play(Wire.handshake + [.client(3, "c"), .client(5, "e"), .client(7, "g")])
    #expect(bench.log.dropFirst() == ["client gap 2 @4", "client: c @4"])
    #expect(bench.assembler.notes == [ReplayNote(.pendingLimit, firstPacket: 6)])
  }

  @Test func `give up holes when too much waits in all streams`() {
    var limits = ReassemblyLimits()
    limits.pendingBytesInAll = 250
    var bench = Bench(limits: limits)
    bench.play([.client(.syn, 0), .client(3, "c")])
    bench.client.port += 1
    bench.play([.client(.syn, 0), .client(3, "c"), .client(5, "e")])
    #expect(
      bench.log.suffix(4) == [
        "#2 client gap 2 @4", "#2 client: c @4", "#2 client gap 1 @5", "#2 client: e @5",
      ])
    #expect(bench.assembler.notes == [ReplayNote(.pendingLimit, firstPacket: 5)])
  }

  @Test func `close the sessions that were silent longest`() {
    var limits = ReassemblyLimits()
    limits.openSessions = 4
    var bench = Bench(limits: limits)
    for _ in 0..<5 {
      bench.send(.client(.syn, 0))
      bench.client.port += 1
    }
    let closed = bench.log.filter { $0.contains("closed") }
    #expect(closed == ["closed open @1", "#2 closed open @2", "#3 closed open @3"])
    #expect(bench.assembler.notes == [ReplayNote(.sessionLimit, count: 3, firstPacket: 3)])
  }

  @Test func `forget ended connections in time`() {
    var limits = ReassemblyLimits()
    limits.rememberedConnections = 1
    var bench = Bench(limits: limits)
    let ended = Wire.handshake + [.client(.fin, 1, ack: 1), .server(.fin, 1, ack: 2)]
    bench.play(ended)
    bench.client.port += 1
    bench.play(ended)
    bench.play([.client(1, "late")])
    bench.client.port -= 1
    bench.play([.client(1, "late")])
    #expect(bench.log.filter { $0.contains("late") } == ["#3 client: late @12"])
  }

  @Test func `compare no further back than so many bytes`() {
    var limits = ReassemblyLimits()
    limits.comparedBytesPerStream = 150
    let script: [Wire] = [
      .client(1, "a"), .client(2, "b"), .client(3, "c"), .client(1, "X"), .client(2, "X"),
      .client(1, "XX"),
    ]
    // One byte and its bookkeeping are 65: only two are kept. A single byte before the next may be a keep-alive's.
    let conflicts = Bench.events([.client(.syn, 0)] + script, limits: limits).filter {
      $0.contains("conflict")
    }
    #expect(conflicts == ["client conflict 1 at 1 @6", "client conflict 1 at 1 @7"])
  }

  @Test func `forget what they compare when it is too much in all`() {
    var limits = ReassemblyLimits()
    limits.comparedBytesInAll = 150
    var bench = Bench(limits: limits)
    bench.play([.client(.syn, 0), .client(1, "ab")])
    bench.client.port += 1
    bench.play([.client(.syn, 0), .client(1, "ab"), .client(3, "cd"), .client(1, "XX"), .client(5, "ef")])
    bench.client.port -= 1
    bench.play([.client(1, "XX")])
    #expect(bench.log.filter { $0.contains("conflict") } == [])
    bench.client.port += 1
    bench.play([.client(5, "XX")])
    #expect(bench.log.filter { $0.contains("conflict") } == ["#2 client conflict 2 at 4 @9"])
  }
}
