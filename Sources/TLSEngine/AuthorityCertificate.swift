import COpenSSL
public import SessionEvents

/// A CA's certificate, without its key.
public struct AuthorityCertificate: Sendable {
  let certificate: Certificate
  public let pem: [UInt8]
  public let der: [UInt8]
  public let facts: CertificateFacts
  /// Of the DER form, 20 bytes; some programs show nothing better.
  public let sha1: [UInt8]
  /// Names that it is permitted to sign for, and names that are excluded; nil where it is not constrained.
  public let constraints: Constraints?

  /// Name constraints as text: `example.com`, `10.0.0.0/8`.
  public struct Constraints: Hashable, Sendable {
    public var permitted: [String]
    public var excluded: [String]
    /// The permitted ones in our own terms; other kinds of name are left out.
    public var permittedNames: [NameConstraint]
  }

  init(_ certificate: Certificate) throws(TLSFailure) {
    self.certificate = certificate
    pem = try certificate.pem
    der = try certificate.der
    facts = try CertificateFacts(x509: certificate.pointer)
    sha1 = try certificate.sha1
    constraints = NameConstraints(of: certificate.pointer).map {
      Constraints(
        permitted: $0.texts(excluded: false), excluded: $0.texts(excluded: true),
        permittedNames: $0.permitted)
    }
  }

  /// Days until it expires, begun ones counted, so never 0; negative once it has.
  public func daysLeft(at now: Timestamp) -> Int {
    let day: Int64 = 86_400_000_000_000
    let left = facts.notAfter.nanoseconds(since: now)
    return Int(left > 0 ? (left - 1) / day + 1 : left / day - 1)
  }

  /// Whether it is one of the certificates in the bundle.
  public func isIn(_ bundle: SystemTrustBundle) throws(TLSFailure) -> Bool {
    try PEMFile.derCertificates(in: try bundle.pem(), path: bundle.path).contains(der)
  }
}
