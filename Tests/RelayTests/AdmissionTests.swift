import Glibc
import Logging
import NIOCore
import SessionEvents
import TLSEngine
import Testing

@testable import Relay

@Suite struct `Admission of connections` {
  /// A relay whose connections all go to one server on loopback.
  private final class World {
    let log = EventLog()
    let messages = LogLines()
    let server = TestSocket.listener()
    let relay: Relay
    private let entrance = TestSocket.listener()

    init(
      _ configuration: RelayConfiguration, attribution: (any ProcessAttribution)? = nil,
      isRedirected: Bool = true
    ) throws {
      relay = try Relay(
        configuration: configuration, authority: try SigningAuthority(),
        upstream: { () throws(TLSFailure) in
          try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
        }, sink: log, attribution: attribution, logger: messages.logger)
      let upstream = isRedirected ? Endpoint(address: .v4(0x7f00_0001), port: server.port) : nil
      try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(upstream) }
    }

    deinit { relay.drain(patience: .zero) }

    func connect() -> TestSocket { TestSocket.connected(to: entrance.port) }
  }

  @Test func `accepts no more than the limit, and goes on when one has ended`() throws {
    let world = try World(RelayConfiguration(interception: .redirect, connectionLimit: 2))
    let first = world.connect()
    first.send("one")
    let server = world.server.accept()
    #expect(server.read(3) == "one")
    let second = world.connect()
    second.send("two")
    #expect(world.server.accept().read(3) == "two")
    #expect(world.relay.readings.isAcceptingPaused)

    let third = world.connect()
    third.send("third")
    #expect(!world.server.hasConnection(within: 0.2))
    first.finish()
    #expect(server.readEnd() == .fin)
    server.finish()
    #expect(first.readEnd() == .fin)
    #expect(world.server.accept().read(5) == "third")
    // There are two again: the second, and the third.
    #expect(world.relay.readings.isAcceptingPaused)
    #expect(world.relay.readings.pauseCount == 2)
    #expect(
      world.messages.all == ["warning: accepting is paused: 2 connections are open, which is the limit"])
  }

  @Test func `closes a connection that was not redirected, and logs once a minute`() throws {
    let world = try World(RelayConfiguration(interception: .redirect), isRedirected: false)
    for _ in 1...20 { #expect(world.connect().readEnd() == .fin) }
    #expect(world.relay.readings.unredirectedCount == 20)
    let lines = world.messages.all
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasPrefix("warning: closed a connection that was not redirected here client=127.0.0.1:")
        == true)
    #expect(world.log.indices.isEmpty)
  }

  @Test func `closes a connection of its own that came back`() throws {
    let world = try World(
      RelayConfiguration(interception: .redirect, upstreamMark: nil), attribution: OwnProcess())
    #expect(world.connect().readEnd() == .fin)
    #expect(world.relay.readings.loopCount == 1)
    #expect(!world.server.hasConnection(within: 0.1))
    #expect(world.messages.all.first?.contains("a rule redirected back to it") == true)
  }

  @Test func `ends a session that has been silent for too long`() throws {
    let world = try World(RelayConfiguration(interception: .redirect, idleTimeout: .milliseconds(50)))
    let client = world.connect()
    client.send("once")
    let server = world.server.accept()
    #expect(server.read(4) == "once")
    #expect(client.readEnd() == .error(ECONNRESET))
    #expect(server.readEnd() == .error(ECONNRESET))
    let kinds = try #require(world.log.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.open, cause: .idleTimeout)))
  }

  @Test func `says that its event loops answer`() throws {
    let world = try World(RelayConfiguration(interception: .redirect))
    #expect(world.relay.isResponsive(within: .seconds(10)))
  }
}

/// Takes this process for every client.
private struct OwnProcess: ProcessAttribution {
  func process(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
  ) -> ProcessFacts? {
    ProcessFacts(uid: getuid(), pid: getpid(), name: "tests")
  }
}
