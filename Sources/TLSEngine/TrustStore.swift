import COpenSSL

/// The certificates that upstream chains may end in.
///
/// Making one decodes the system's bundle (some 2 ms for 140 certificates), so make it when the first verification
/// is due. To check `--upstream-ca` files early, make one without the system bundle and drop it.
///
/// Sendable, because OpenSSL locks the store on every look-up, and the index in it is Sendable.
public final class TrustStore: @unchecked Sendable {
  let pointer: OpaquePointer
  /// Certificates given besides the system's are trusted as they are, also where they are no self-signed roots.
  let trustsIntermediates: Bool

  /// Reads the bundle, and the user's own PEM files.
  ///
  /// Throws ``TLSFailure/unusableFile(path:text:)`` for the first file that cannot be read or has no certificate.
  /// The user's certificates are parsed here; one of the system's that is malformed is just never found.
  public init(systemBundle: SystemTrustBundle?, extraFiles: [String] = []) throws(TLSFailure) {
    pointer = try openSSLObject("X509_STORE_new") { X509_STORE_new() }
    trustsIntermediates = !extraFiles.isEmpty
    var certificates: [[UInt8]] = []
    for path in extraFiles {
      for certificate in try PEMFile.certificates(in: try PEMFile.contents(path), path: path) {
        certificates.append(try certificate.der)
      }
    }
    if let systemBundle {
      certificates += try PEMFile.derCertificates(in: try systemBundle.pem(), path: systemBundle.path)
    }
    try TrustIndex(certificates).install(in: pointer)
  }

  deinit {
    X509_STORE_free(pointer)
  }
}
