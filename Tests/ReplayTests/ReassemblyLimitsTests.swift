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
    bench.play([.client(.syn, 0), .client(.rst, 1)])
    bench.client.port += 1
    bench.play([.client(.syn, 0), .client(.rst, 1)])
    bench.play([.client(1, "late")])
    bench.client.port -= 1
    bench.play([.client(1, "late")])
    #expect(bench.log.filter { $0.contains("late") } == ["#3 client: late @6"])
  }
}
