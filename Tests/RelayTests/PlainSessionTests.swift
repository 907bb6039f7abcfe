import Glibc
import Logging
import NIOCore
import SessionEvents
import TLSEngine
import Testing

@testable import Relay

@Suite struct `Plain sessions over real sockets` {
  /// A relay whose connections all go to one server on loopback.
  private final class World {
    let log = EventLog()
    let server = TestSocket.listener()
    private let relay: Relay
    private let entrance = TestSocket.listener()

    init(destination: UInt16? = nil) throws {
      relay = try Relay(
        configuration: RelayConfiguration(interception: .redirect), authority: try SigningAuthority(),
        upstream: { () throws(TLSFailure) in
          try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
        }, sink: log, attribution: nil, logger: Logger(label: "test"))
      let upstream = Endpoint(address: .v4(0x7f00_0001), port: destination ?? server.port)
      try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(upstream) }
    }

    deinit { relay.drain(patience: .zero) }

    func connect() -> TestSocket { TestSocket.connected(to: entrance.port) }
  }

  @Test func `passes bytes and both ends on, client first`() throws {
    let world = try World()
    let client = world.connect()
    client.send("ping")
    let server = world.server.accept()
    #expect(server.read(4) == "ping")
    client.finish()
    #expect(server.readEnd() == .fin)
    server.send("pong")
    server.finish()
    #expect(client.read(4) == "pong")
    #expect(client.readEnd() == .fin)
    let kinds = try #require(world.log.afterClosing())
    #expect(
      kinds.dropFirst() == [
        .bytes(.clientToServer, Array("ping".utf8)), .halfClosed(.clientToServer),
        .bytes(.serverToClient, Array("pong".utf8)), .halfClosed(.serverToClient),
        .closed(SessionClosing(.fin)),
      ])
    #expect(world.log.indices == Array(0..<UInt64(world.log.indices.count)))
  }

  @Test func `passes bytes and both ends on, server first`() throws {
    let world = try World()
    let client = world.connect()
    let server = world.server.accept()
    server.send("220 ready\r\n")
    server.finish()
    #expect(client.read(11) == "220 ready\r\n")
    #expect(client.readEnd() == .fin)
    client.send("late")
    client.finish()
    #expect(server.read(4) == "late")
    #expect(server.readEnd() == .fin)
    let kinds = try #require(world.log.afterClosing())
    #expect(
      kinds.dropFirst() == [
        .bytes(.serverToClient, Array("220 ready\r\n".utf8)), .halfClosed(.serverToClient),
        .bytes(.clientToServer, Array("late".utf8)), .halfClosed(.clientToServer),
        .closed(SessionClosing(.fin)),
      ])
  }

  @Test func `an end without a byte is passed on`() throws {
    let world = try World()
    let client = world.connect()
    client.finish()
    let server = world.server.accept()
    #expect(server.readEnd() == .fin)
    server.send("bye")
    server.finish()
    #expect(client.read(3) == "bye")
  }

  @Test func `bytes that only begin like TLS pass unharmed`() throws {
    let world = try World()
    let client = world.connect()
    client.send("\u{16}\u{3}\u{1}")
    client.finish()
    #expect(world.server.accept().read(4) == "\u{16}\u{3}\u{1}")
  }

  @Test func `a reset by the client resets the server`() throws {
    let world = try World()
    let client = world.connect()
    client.send("x")
    let server = world.server.accept()
    #expect(server.read(1) == "x")
    client.reset()
    #expect(server.readEnd() == .error(ECONNRESET))
    let kinds = try #require(world.log.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.reset(by: .client))))
  }

  @Test func `a reset by the server resets the client`() throws {
    let world = try World()
    let client = world.connect()
    let server = world.server.accept()
    server.send("x")
    #expect(client.read(1) == "x")
    server.reset()
    #expect(client.readEnd() == .error(ECONNRESET))
    let kinds = try #require(world.log.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.reset(by: .server))))
  }

  @Test func `an unreachable server resets the client, and the log says why`() throws {
    let closedPort = TestSocket.listener().port
    let world = try World(destination: closedPort)
    let client = world.connect()
    #expect(client.readEnd() == .error(ECONNRESET))
    let kinds = try #require(world.log.afterClosing())
    let cause = SessionFailure.upstreamUnreachable("Connection refused")
    #expect(kinds.last == .closed(SessionClosing(.reset(by: .server), cause: cause)))
  }

  @Test func `a client that does not read stops the server's sending`() throws {
    let world = try World()
    let client = world.connect()
    let server = world.server.accept()
    let flags = fcntl(server.descriptor, F_GETFL)
    _ = fcntl(server.descriptor, F_SETFL, flags | O_NONBLOCK)
    let chunk = [UInt8](repeating: 0x61, count: 1 << 16)
    var sent = 0
    var writable = pollfd(fd: server.descriptor, events: Int16(POLLOUT), revents: 0)
    // The kernel's buffers on the way hold some megabytes; a relay without back-pressure would take all 256 MiB.
    while sent < 256 << 20, poll(&writable, 1, 500) == 1 {
      sent += max(0, Glibc.send(server.descriptor, chunk, chunk.count, Int32(MSG_NOSIGNAL)))
    }
    #expect(sent < 64 << 20)
    #expect(client.read(1 << 16).utf8.count == 1 << 16)
  }
}
