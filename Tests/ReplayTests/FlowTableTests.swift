import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `A table of flows` {
  /// Client and server change places: a packet of either direction finds the flow.
  @Test func `has what a dictionary has, whatever is put in and taken out`() {
    var generator = SeededRandom(seed: 4)
    var table = FlowTable()
    var model: [FlowKey: Flow] = [:]
    for step in 0..<20_000 {
      let (client, server) = endpoints(Int.random(in: 0..<600, using: &generator))
      let key = FlowKey(.tcp, server, client)
      if Int.random(in: 0..<5, using: &generator) < (step / 4_000 % 2 == 0 ? 3 : 1) {
        let flow = Flow(.tcp, client: client, server: server, stamp: stamp)
        table.insert(flow)
        model[key] = flow
      } else if let flow = model.removeValue(forKey: key) {
        table.remove(flow)
      }
      #expect(table[key] === model[key])
      #expect(table.count == model.count)
    }
    #expect(Set(table.all.map(\.key)) == Set(model.keys))
    for (key, flow) in model { #expect(table[key] === flow) }
  }

  @Test func `tells flows apart by transport and version of IP, and leaves another of the same key alone`() {
    let (client, server) = endpoints(1)
    let flow = Flow(.tcp, client: client, server: server, stamp: stamp)
    var table = FlowTable()
    table.insert(flow)
    #expect(table[FlowKey(.udp, client, server)] == nil)
    let mapped = Endpoint(address: .v6(0, UInt64(0x0a00_0001)), port: client.port)
    #expect(table[FlowKey(.tcp, mapped, server)] == nil)
    table.remove(Flow(.tcp, client: client, server: server, stamp: stamp))
    #expect(table[flow.key] === flow)
    table.removeAll()
    #expect(table.count == 0 && table[flow.key] == nil)
  }

  private var stamp: PacketStamp { PacketStamp(number: 1, time: Timestamp(nanoseconds: 0)) }

  private func endpoints(_ number: Int) -> (client: Endpoint, server: Endpoint) {
    let port = UInt16(1_024 + number % 300)
    return number < 300
      ? (Endpoint(address: .v4(0x0a00_0001), port: port), Endpoint(address: .v4(0x0a00_0002), port: 80))
      : (Endpoint(address: .v6(1, 2), port: port), Endpoint(address: .v6(3, 4), port: 80))
  }
}
