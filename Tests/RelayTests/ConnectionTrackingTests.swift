import CLinux
import Glibc
import Logging
import SessionEvents
import TLSEngine
import Testing

@testable import Relay

@Suite(.enabled(if: NetworkNamespace.canBeMade, "needs CAP_SYS_ADMIN"))
struct `Queries that a rule redirects` {
  private static let port: UInt16 = 51_053

  /// A relay behind the rules, with a nameserver that it asks under its mark.
  private final class World {
    let events = EventLog()
    let lines = LogLines()
    let relay: Relay

    init(_ dns: DNSUpstream, mark: UInt32? = NetworkNamespace.mark) throws {
      let configuration = RelayConfiguration(
        interception: .redirect, dns: dns, dnsTimeout: .milliseconds(300), upstreamMark: mark)
      relay = try Relay(
        configuration: configuration, authority: try SigningAuthority(),
        upstream: { () throws(TLSFailure) in
          try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
        }, sink: events, attribution: nil, logger: lines.logger)
      let addresses = ["127.0.0.1:\(port)", "[::1]:\(port)"].compactMap { Endpoint($0) }
      let sockets = addresses.map { TestSocket.bound(to: $0, SOCK_DGRAM) }
      let listeners = addresses.map { TestSocket.bound(to: $0, SOCK_STREAM) }
      for listener in listeners { listen(listener.descriptor, 16) }
      try relay.serveDNS(
        sockets: sockets.map { dup($0.descriptor) }, listeners: listeners.map { dup($0.descriptor) },
        destination: .connectionTracking)
    }

    /// The openings of all sessions, in order, once all have ended.
    func openings() -> [SessionOpening] {
      relay.drain(patience: .zero)
      return events.sessions.sorted { $0.key < $1.key }.compactMap { session in
        if case .opened(let opening) = session.value.first { opening } else { nil }
      }
    }
  }

  struct Server: CustomTestStringConvertible {
    var endpoint: Endpoint
    var testDescription: String { endpoint.description }
  }

  static let servers = ["192.0.2.53:53", "[2001:db8::53]:53"].compactMap { Endpoint($0) }.map {
    Server(endpoint: $0)
  }

  private let query = DNSMessages.query("example.com")

  @Test(arguments: servers) func `are recorded with the server that was asked, over UDP`(server: Server)
    throws
  {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let nameserver = DNSTestServer()
      defer { nameserver.stop() }
      let world = try World(.nameservers([nameserver.endpoint]))
      let client = TestSocket.toward(server.endpoint, SOCK_DGRAM)
      for _ in 0..<2 {
        client.send(query)
        #expect(client.receive() == DNSMessages.answer(to: query))
      }
      let openings = world.openings()
      #expect(openings.map(\.originalDestination) == [server.endpoint])
      #expect(openings.map(\.client.port) == [client.port])
      #expect(world.lines.all.isEmpty)
    }
  }

  @Test(arguments: servers) func `are recorded with the server that was asked, over TCP`(server: Server)
    throws
  {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let nameserver = DNSTestServer()
      defer { nameserver.stop() }
      let world = try World(.nameservers([nameserver.endpoint]))
      let client = TestSocket.toward(server.endpoint, SOCK_STREAM)
      client.send(DNSMessages.framed(query))
      #expect(client.readFramed() == DNSMessages.answer(to: query))
      #expect(world.openings().map(\.originalDestination) == [server.endpoint])
    }
  }

  @Test func `of one socket to two servers are two sessions of the same client`() throws {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let nameserver = DNSTestServer()
      defer { nameserver.stop() }
      let world = try World(.nameservers([nameserver.endpoint]))
      let client = TestSocket.bound(to: Endpoint(address: .v4(0), port: 0), SOCK_DGRAM)
      let servers = ["192.0.2.53:53", "192.0.2.54:53"].compactMap { Endpoint($0) }
      for server in servers {
        client.send(query, to: server)
        #expect(client.receive() != nil)
      }
      let openings = world.openings()
      #expect(openings.map(\.originalDestination) == servers)
      #expect(openings.map(\.client.port) == [client.port, client.port])
    }
  }

  @Test func `go to the server that was asked where that is wanted`() throws {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let server = Endpoint(address: .v4(0xc000_0235), port: 53)
      let meant = TestSocket.bound(to: server, SOCK_DGRAM)
      let world = try World(.original)
      let client = TestSocket.toward(server, SOCK_DGRAM)
      client.send(query)
      let (arrived, relay) = try #require(meant.receiveFrom())
      #expect(arrived == query)
      meant.send(DNSMessages.answer(to: arrived), to: relay)
      #expect(client.receive() == DNSMessages.answer(to: query))
      #expect(world.openings().map(\.originalDestination) == [server])
    }
  }

  @Test func `are told from those that come unredirected, which are dropped`() throws {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let nameserver = DNSTestServer()
      defer { nameserver.stop() }
      let world = try World(.nameservers([nameserver.endpoint]))
      let client = TestSocket.toward(Endpoint(address: .v4(0x7f00_0001), port: Self.port), SOCK_DGRAM)
      client.limitWaits(milliseconds: 200)
      for _ in 0..<3 {
        client.send(query)
        #expect(client.receive() == nil)
      }
      #expect(world.openings().isEmpty)
      #expect(world.relay.dnsReadings.unredirectedCount == 3)
      let line = "warning: dropped a DNS query that was not redirected here client=127.0.0.1:\(client.port)"
      #expect(world.lines.all == [line])
    }
  }

  @Test func `do not multiply where a nameserver's own come back`() throws {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      // Unmarked, what the relay asks is redirected to the relay.
      let nameserver = Endpoint(address: .v4(0xc000_0263), port: 53)
      let world = try World(.nameservers([nameserver]), mark: nil)
      let client = TestSocket.toward(nameserver, SOCK_DGRAM)
      client.send(query)
      #expect(client.receive().map(DNSMessages.rcode) == 2)
      #expect(world.relay.dnsReadings.loopCount > 0)
      #expect(world.lines.all.filter { $0.hasPrefix("warning: answered SERVFAIL") }.count == 1)
      _ = world.openings()
    }
  }

  @Test func `are found by the tuple of their answers`() throws {
    try NetworkNamespace.run(redirectingTo: Self.port) { [query] in
      let relay = TestSocket.bound(to: Endpoint(address: .v4(0x7f00_0001), port: Self.port), SOCK_DGRAM)
      let server = Endpoint(address: .v4(0xc000_0235), port: 53)
      let client = TestSocket.toward(server, SOCK_DGRAM)
      client.send(query)
      #expect(relay.receive() == query)
      let tracking = try ConnectionTracking()
      let clientEndpoint = Endpoint(address: .v4(0xc000_0235), port: client.port)
      let reached = Endpoint(address: .v4(0x7f00_0001), port: Self.port)
      let origin = try tracking.origin(transport: .udp, client: clientEndpoint, reached: reached)
      #expect(origin == ConnectionTracking.Origin(client: clientEndpoint, destination: server))
      let unknown = Endpoint(address: clientEndpoint.address, port: client.port ^ 1)
      #expect(throws: ConnectionTracking.Failure(call: "conntrack", code: ENOENT)) {
        try tracking.origin(transport: .udp, client: unknown, reached: reached)
      }
    }
  }
}

extension TestSocket {
  static func bound(to endpoint: Endpoint, _ kind: __socket_type) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(family(endpoint), Int32(kind.rawValue), 0))
    precondition(socket.takeAddress(endpoint), "cannot bind to \(endpoint)")
    return socket
  }

  static func toward(_ endpoint: Endpoint, _ kind: __socket_type) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(family(endpoint), Int32(kind.rawValue), 0))
    precondition(socket.setPeer(endpoint), "cannot connect to \(endpoint)")
    return socket
  }

  private static func family(_ endpoint: Endpoint) -> Int32 {
    endpoint.address.networkBytes.count == 4 ? AF_INET : AF_INET6
  }
}
