package import SessionEvents

/// What has happened in all sessions since the service started; every figure only grows.
package struct LedgerTotals: Hashable, Sendable {
  package var opened = Tally<TransportProtocol>()
  package var closed = Tally<TransportProtocol>()
  /// TCP sessions by how their first bytes passed.
  package var treatments = Tally<SessionTreatment>()
  /// Payload of TCP sessions, decrypted where it was; not of bypassed ones, whose bytes make no events.
  package var streamBytes = Traffic()
  /// Payload of UDP sessions.
  package var datagramBytes = Traffic()
  package var datagrams = Traffic()
  package var gaps = Traffic()
  package var gapBytes = Traffic()
  /// Finished TLS handshakes.
  package var handshakes = Tally<HandshakeKind>()
  /// Handshakes with upstream servers whose certificates do not stand.
  package var badCertificates: UInt64 = 0
  package var failures = Tally<FailureKind>()
  /// TCP resets by who sent them.
  package var resets = Tally<Party>()

  package init() {}

  mutating func add(_ other: LedgerTotals) {
    opened.add(other.opened)
    closed.add(other.closed)
    treatments.add(other.treatments)
    streamBytes.add(other.streamBytes)
    datagramBytes.add(other.datagramBytes)
    datagrams.add(other.datagrams)
    gaps.add(other.gaps)
    gapBytes.add(other.gapBytes)
    handshakes.add(other.handshakes)
    badCertificates += other.badCertificates
    failures.add(other.failures)
    resets.add(other.resets)
  }
}

/// A count for each direction.
package struct Traffic: Hashable, Sendable {
  package var clientToServer: UInt64 = 0
  package var serverToClient: UInt64 = 0

  package init() {}

  package subscript(direction: Direction) -> UInt64 {
    get {
      switch direction {
      case .clientToServer: clientToServer
      case .serverToClient: serverToClient
      }
    }
    set {
      switch direction {
      case .clientToServer: clientToServer = newValue
      case .serverToClient: serverToClient = newValue
      }
    }
  }

  mutating func add(_ other: Traffic) {
    clientToServer += other.clientToServer
    serverToClient += other.serverToClient
  }
}

/// How the bytes of a TCP session pass.
package enum SessionTreatment: String, Hashable, Sendable, CaseIterable {
  case plain
  case decrypted
  case bypassedByRequest = "bypassed_requested"
  case bypassedForClientCertificate = "bypassed_client_certificate_required"
  case bypassedAsUnsupported = "bypassed_unsupported"

  init(_ reason: BypassReason) {
    switch reason {
    case .requested: self = .bypassedByRequest
    case .clientCertificateRequired: self = .bypassedForClientCertificate
    case .unsupported: self = .bypassedAsUnsupported
    }
  }
}

/// A TLS handshake: with whom, and of which version.
package struct HandshakeKind: Hashable, Sendable, CaseIterable {
  package enum Version: String, Hashable, Sendable, CaseIterable {
    case tls12 = "TLSv1.2"
    case tls13 = "TLSv1.3"
    case other
  }

  package var party: Party
  package var version: Version

  package init(_ party: Party, _ version: Version) {
    self.party = party
    self.version = version
  }

  package static var allCases: [HandshakeKind] {
    Party.allCases.flatMap { party in Version.allCases.map { HandshakeKind(party, $0) } }
  }
}

/// Why sessions did not come to their natural end; `SessionFailure` without what differs each time.
package enum FailureKind: String, Hashable, Sendable, CaseIterable {
  case upstreamUnreachable = "upstream_unreachable"
  case tlsFailedWithClient = "tls_failed_client"
  case tlsFailedWithServer = "tls_failed_server"
  case certificateRejected = "certificate_rejected"
  case idleTimeout = "idle_timeout"
  case relayStopped = "relay_stopped"

  init(_ failure: SessionFailure) {
    switch failure {
    case .upstreamUnreachable: self = .upstreamUnreachable
    case .tlsFailed(.client, _): self = .tlsFailedWithClient
    case .tlsFailed(.server, _): self = .tlsFailedWithServer
    case .certificateRejected: self = .certificateRejected
    case .idleTimeout: self = .idleTimeout
    case .relayStopped: self = .relayStopped
    }
  }
}
