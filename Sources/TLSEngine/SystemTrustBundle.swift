import COpenSSL
import Glibc
public import SessionEvents

/// The system's file of trusted CA certificates, and what clients are given in its place.
public struct SystemTrustBundle: Hashable, Sendable {
  /// Where distributions keep it: Debian and Arch, Fedora, openSUSE, Alpine.
  public static let wellKnownPaths = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
  ]

  /// The file that is read.
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// The file that `SSL_CERT_FILE` names, where that is set, else the first well-known one that can be read.
  public static func find() -> SystemTrustBundle? {
    if let named = getenv("SSL_CERT_FILE"), named.pointee != 0 {
      return SystemTrustBundle(path: String(cString: named))
    }
    return wellKnownPaths.first { access($0, R_OK) == 0 }.map(SystemTrustBundle.init)
  }

  /// The well-known paths that exist here: all of them have to be covered where a client must see another bundle.
  public static var existingPaths: [String] {
    wellKnownPaths.filter { access($0, R_OK) == 0 }
  }

  /// The file's bytes.
  public func pem() throws(TLSFailure) -> [UInt8] {
    try PEMFile.contents(path)
  }

  /// The file's bytes, and after them the authority's certificate.
  public func merged(with authority: SigningAuthority) throws(TLSFailure) -> [UInt8] {
    var bytes = try pem()
    if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    return bytes + authority.certificatePEM
  }

  /// The same certificates as a Java trust store (see ``JavaTrustStore``), the authority's under the alias `wiretape`.
  public func javaTrustStore(
    with authority: SigningAuthority, created: Timestamp
  ) throws(TLSFailure) -> [UInt8] {
    var store = JavaTrustStore(created: created)
    for (index, der) in try PEMFile.derCertificates(in: try pem(), path: path).enumerated() {
      store.add(alias: "system-\(index + 1)", der: der)
    }
    store.add(alias: "wiretape", der: authority.certificateDER)
    return try store.bytes()
  }
}
