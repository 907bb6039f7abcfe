import CLinux
import Glibc
import Logging
import NIOCore
import SessionEvents
import TLSEngine

@testable import Relay

/// A relay that answers DNS by nameservers, over UDP and TCP.
final class DNSWorld {
  /// Where the TCP clients are taken to have meant to go.
  static let meant = Endpoint(address: .v4(0xc000_0235), port: 53)

  let events = EventLog()
  let lines = LogLines()
  let relay: Relay
  private let entrance = TestSocket.datagrams()
  private let listener = TestSocket.listener()
  private let servers: [DNSTestServer]
  private var hasEnded = false

  /// Asks the servers, or in their place `endpoints`.
  init(
    _ servers: [DNSTestServer], endpoints: [Endpoint]? = nil, timeout: Duration = .seconds(10),
    attempts: Int = 3, idleTimeout: Duration = .seconds(15), mark: UInt32? = nil,
    limits: DNSLimits = DNSLimits(), destination: DNSDestination = .packetInfo,
    attribution: (any ProcessAttribution)? = nil
  ) throws {
    self.servers = servers
    let configuration = RelayConfiguration(
      interception: .redirect, dnsIdleTimeout: idleTimeout,
      dns: .nameservers(endpoints ?? servers.map(\.endpoint)), dnsTimeout: timeout, dnsAttempts: attempts,
      upstreamMark: mark)
    relay = try Relay(
      configuration: configuration, authority: try SigningAuthority(),
      upstream: { () throws(TLSFailure) in
        try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
      }, sink: events, attribution: attribution, logger: lines.logger)
    precondition(clinux_receive_packet_info(entrance.descriptor, AF_INET) == 0)
    try relay.serveDNS(
      sockets: [dup(entrance.descriptor)], listeners: [dup(listener.descriptor)], destination: destination,
      limits: limits
    ) { $0.eventLoop.makeSucceededFuture(Self.meant) }
  }

  deinit { end() }

  var entrancePort: UInt16 { entrance.port }

  /// A client's UDP socket, connected: answers from elsewhere do not reach it.
  func client() -> TestSocket { TestSocket.datagrams(connectedTo: entrance.port) }

  func connect() -> TestSocket { TestSocket.connected(to: listener.port) }

  /// The answer to one query over UDP.
  func answer(to query: [UInt8]) -> [UInt8]? {
    let client = client()
    client.send(query)
    return client.receive()
  }

  /// Ends the relay, so that all is recorded.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    for server in servers { server.stop() }
    relay.drain(patience: .zero)
  }

  /// What the sessions were, in order of opening, once all have ended.
  func recorded() -> [[SessionEvent.Kind]] {
    end()
    return events.sessions.sorted { $0.key < $1.key }.map(\.value)
  }
}
