import SessionEvents

@testable import TLSEngine

/// A small world: a root that clients trust, and what is needed to make connections under it.
struct Origin: Sendable {
  let files: TestFiles
  let root: TestCertificate
  let authority: SigningAuthority
  let issuer: LeafIssuer
  /// Verifies as a client does that knows the root only.
  let upstream: UpstreamContext
  /// Verifies as the relay's clients do: against the root and the relay's authority.
  let client: UpstreamContext
  let rootPath: String
  let mergedPath: String

  init() throws {
    files = try TestFiles()
    root = try TestCertificate.authority("Test root")
    authority = try SigningAuthority()
    issuer = try LeafIssuer(authority: authority)
    rootPath = try files.write(try root.certificate.pem, to: "root.pem")
    let bundle = SystemTrustBundle(path: rootPath)
    upstream = try UpstreamContext(trustStore: TrustStore(systemBundle: bundle))
    mergedPath = try files.write(try bundle.merged(with: authority), to: "merged.pem")
    client = try UpstreamContext(trustStore: TrustStore(systemBundle: SystemTrustBundle(path: mergedPath)))
  }

  /// A leaf under the trusted root.
  func leaf(_ options: TestCertificate.Options = .init()) throws -> TestCertificate {
    var options = options
    options.issuer = options.issuer ?? root
    return try TestCertificate("origin.test", options)
  }

  /// A finished handshake of a client with a server in memory; returns the client.
  func connect(
    _ context: UpstreamContext, to server: LeafContext, serverName: String? = "origin.test",
    address: String = "192.0.2.1", pieceLength: Int = .max
  ) throws -> MemoryPeer {
    let client = try MemoryPeer.client(context, serverName: serverName, address: address)
    try client.connection.startHandshake()
    client.exchange(with: try MemoryPeer.server(server), pieceLength: pieceLength)
    return client
  }
}
