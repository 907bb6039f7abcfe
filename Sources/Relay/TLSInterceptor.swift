import Inspection
import SessionEvents
import Synchronization
import TLSEngine

/// Makes both TLS legs of an intercepted session.
final class TLSInterceptor: Sendable {
  private let authority: SigningAuthority
  private let issuer: LeafIssuer
  private struct Upstream {
    var make: @Sendable () throws(TLSFailure) -> UpstreamContext
    /// Made when the first session wants it; a failure is tried again, and fails each session that needs it.
    var made: UpstreamContext?
  }

  private let upstream: Mutex<Upstream>

  init(
    authority: SigningAuthority, makeUpstream: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext
  ) throws(TLSFailure) {
    self.authority = authority
    issuer = try LeafIssuer(authority: authority)
    upstream = Mutex(Upstream(make: makeUpstream))
  }

  var mintedCertificateCount: UInt64 { issuer.mintedCount }

  /// Judges servers by another trust store from now on.
  func replaceUpstream(_ make: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext) {
    upstream.withLock { $0 = Upstream(make: make) }
  }

  /// The leg towards the server: it offers what the client offered.
  func serverConnection(
    for hello: ClientHello, destination: IPAddress, output: @escaping (UnsafeRawBufferPointer) -> Void
  ) throws(TLSFailure) -> TLSConnection {
    try TLSConnection(
      to: try upstreamContext(), serverName: hello.serverName, destination: destination, alpn: hello.alpn,
      versions: try versions(of: hello), output: output)
  }

  /// The leg towards the client: it shows a copy of the server's certificate, and selects what the server selected.
  func clientConnection(
    for hello: ClientHello, upstream: TLSConnection, policy: BadCertificatePolicy,
    output: @escaping (UnsafeRawBufferPointer) -> Void
  ) throws(TLSFailure) -> TLSConnection {
    let offered = try versions(of: hello)
    let highest = upstream.version ?? offered.upperBound
    return try TLSConnection(
      serving: try issuer.context(for: upstream, policy: policy), alpn: upstream.alpn,
      versions: offered.lowerBound...max(offered.lowerBound, highest), output: output)
  }

  /// Whether the CA may sign for whom the client asks; clients would refuse it else.
  func isPermitted(_ hello: ClientHello, destination: IPAddress) -> Bool {
    authority.permits(PeerName(serverName: hello.serverName, destination: destination))
  }

  func offersUsableVersion(_ hello: ClientHello) -> Bool {
    (try? versions(of: hello)) != nil
  }

  private func versions(of hello: ClientHello) throws(TLSFailure) -> ClosedRange<TLSVersion> {
    let offered =
      hello.supportedVersions.isEmpty
      ? TLSVersion.offered(legacy: hello.legacyVersion) : hello.supportedVersions
    return try TLSVersion.range(offered: offered)
  }

  private func upstreamContext() throws(TLSFailure) -> UpstreamContext {
    try upstream.withLock { upstream throws(TLSFailure) in
      if let made = upstream.made { return made }
      let made = try upstream.make()
      upstream.made = made
      return made
    }
  }
}
