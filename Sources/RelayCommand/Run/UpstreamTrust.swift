import TLSEngine

/// Which upstream certificates stand: those of the system's store, and the user's own CAs.
struct UpstreamTrust {
  private let bundle = SystemTrustBundle.find()
  private let extraFiles: [String]

  /// Reads the extra files, to complain about them early; the system's many certificates wait until they are wanted.
  init(extraFiles: [String]) throws(TLSFailure) {
    self.extraFiles = extraFiles
    if !extraFiles.isEmpty { _ = try TrustStore(systemBundle: nil, extraFiles: extraFiles) }
  }

  @Sendable func makeContext() throws(TLSFailure) -> UpstreamContext {
    try UpstreamContext(trustStore: TrustStore(systemBundle: bundle, extraFiles: extraFiles))
  }
}
