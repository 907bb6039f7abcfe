import Glibc
import Logging
import NIOCore
import SessionEvents
import TLSEngine
import Testing

@testable import Relay

@Suite struct `Arriving connections` {
  @Test func `one that was reset while it waited is gone, and not said to be unredirected`() throws {
    let messages = LogLines()
    let log = EventLog()
    let relay = try Relay(
      configuration: RelayConfiguration(interception: .redirect), authority: try SigningAuthority(),
      upstream: { () throws(TLSFailure) in
        try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
      }, sink: log, attribution: nil, logger: messages.logger)
    let server = TestSocket.listener()
    let entrance = TestSocket.listener()
    let hasty = TestSocket.connected(to: entrance.port)
    hasty.reset()
    let client = TestSocket.connected(to: entrance.port)
    let upstream = Endpoint(address: .v4(0x7f00_0001), port: server.port)
    try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(upstream) }
    client.send("hello")
    #expect(server.accept().read(5) == "hello")
    // It came before, and so it was looked at before.
    #expect(relay.readings.unredirectedCount == 0)
    #expect(messages.all == [])
    relay.drain(patience: .zero)
    #expect(log.sessions.count == 1)
  }
}
