import COpenSSL

/// One reason why an upstream certificate chain does not stand.
public struct CertificateDefect: Hashable, Sendable {
  /// OpenSSL's number, `X509_V_ERR_…`.
  public var code: Int32
  /// Which certificate: 0 is the leaf, 1 its issuer, and so on.
  public var depth: Int32

  public init(code: Int32, depth: Int32) {
    self.code = code
    self.depth = depth
  }

  /// OpenSSL's text: `certificate has expired`.
  public var text: String {
    X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
  }
}

extension CertificateDefect {
  /// The certificate is not for the name that was asked for.
  var isOfNames: Bool { code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH }
}

/// How a leaf must be signed so that a client refuses it for the reason that holds upstream.
enum DefectClass: Hashable, Sendable {
  /// The copy shows the defect by itself (validity, names), or there is none: signed by the trusted authority.
  case showsByItself
  /// Signed by itself.
  case selfSigned
  /// Signed by a CA that nobody trusts; `rootShown` where upstream sent its unknown root along.
  case untrusted(rootShown: Bool)

  init(_ defects: [CertificateDefect]) {
    if defects.allSatisfy(Self.isCopied) {
      self = .showsByItself
    } else if defects.contains(where: { $0.code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT }) {
      self = .selfSigned
    } else {
      self = .untrusted(
        rootShown: defects.contains { $0.code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN })
    }
  }

  /// Defects of the leaf's own validity and names, which the minted leaf has copied.
  private static func isCopied(_ defect: CertificateDefect) -> Bool {
    let copied = [
      X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID,
      X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH,
    ]
    return defect.depth == 0 && copied.contains(defect.code)
  }
}
