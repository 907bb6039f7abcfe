import COpenSSL

/// The certificates that upstream chains may end in.
///
/// Making one parses every certificate (about 140 in a system bundle), so make it when the first verification is
/// due. To check `--upstream-ca` files early, make one without the system bundle and drop it.
///
/// Sendable, because the store is complete after `init`, and OpenSSL locks it on every look-up.
public final class TrustStore: @unchecked Sendable {
  let pointer: OpaquePointer
  /// Certificates given besides the system's are trusted as they are, also where they are no self-signed roots.
  let trustsIntermediates: Bool

  /// Reads the bundle, and the user's own PEM files.
  ///
  /// Throws ``TLSFailure/unusableFile(path:text:)`` for the first file that cannot be read or has no certificate.
  public init(systemBundle: SystemTrustBundle?, extraFiles: [String] = []) throws(TLSFailure) {
    let store: OpaquePointer = try openSSLObject("X509_STORE_new") { X509_STORE_new() }
    pointer = store
    trustsIntermediates = !extraFiles.isEmpty
    for path in [systemBundle?.path].compactMap(\.self) + extraFiles {
      let pem = try PEMFile.contents(path)
      for certificate in try PEMFile.certificates(in: pem, path: path) {
        try openSSL("X509_STORE_add_cert") { X509_STORE_add_cert(store, certificate.pointer) }
      }
    }
  }

  deinit {
    X509_STORE_free(pointer)
  }
}
