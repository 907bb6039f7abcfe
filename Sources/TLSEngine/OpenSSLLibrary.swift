import COpenSSL

/// The OpenSSL that this program runs with.
public enum OpenSSLLibrary {
  /// `OpenSSL 3.0.19 27 Jan 2026`.
  public static var version: String {
    OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
  }
}
