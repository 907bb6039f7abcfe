import Inspection
import SessionEvents
import Synchronization
import TLSEngine

/// Makes both TLS legs of an intercepted session.
final class TLSInterceptor: Sendable {
  private let issuer: LeafIssuer
  private let makeUpstream: @Sendable () throws(TLSFailure) -> UpstreamContext
  /// Made when the first session wants it; a failure is tried again, and fails each session that needs it.
  private let upstream = Mutex<UpstreamContext?>(nil)

  init(
    authority: SigningAuthority, makeUpstream: @escaping @Sendable () throws(TLSFailure) -> UpstreamContext
  ) throws(TLSFailure) {
    issuer = try LeafIssuer(authority: authority)
    self.makeUpstream = makeUpstream
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
    try upstream.withLock { known throws(TLSFailure) in
      if let known { return known }
      let made = try makeUpstream()
      known = made
      return made
    }
  }
}
