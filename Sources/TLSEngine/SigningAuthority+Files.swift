import COpenSSL
import Glibc
import SessionEvents

extension SigningAuthority {
  /// Reads a CA that somebody brings along, in PEM: its certificate, after which those between it and a root may
  /// follow, and its key, of any kind that OpenSSL signs with.
  ///
  /// The key's file must belong to root or to the caller, and be open to nobody else. Throws
  /// ``TLSFailure/authority(_:)`` and ``TLSFailure/unusableFile(path:text:)``, which name the file and the reason.
  public convenience init(certificateFile: String, keyFile: String) throws(TLSFailure) {
    let certificateInput = try OpenFile.open(certificateFile)
    try certificateInput.check(nil)
    let certificates = try PEMFile.certificates(in: certificateInput)
    let keyInput = try OpenFile.open(keyFile)
    try keyInput.check(FileOwnership(maximumMode: 0o600, owners: geteuid() == 0 ? [0] : [geteuid(), 0]))
    let key = try PrivateKey.read(from: keyInput)
    try self.init(certificates, path: certificateFile, key: key, keyPath: keyFile)
  }

  /// Checks what was read; the paths are for the errors.
  convenience init(
    _ certificates: [Certificate], path: String, key: PrivateKey, keyPath: String
  ) throws(TLSFailure) {
    guard let first = certificates.first else {
      throw .unusableFile(path: path, text: "no PEM certificate in it")
    }
    try AuthorityCheck.check(first, path: path)
    guard key.matches(first) else { throw .authority(.wrongKey(certificate: path, key: keyPath)) }
    try self.init(key: key, certificate: first, chain: Self.chain(certificates))
  }

  /// What clients need after a leaf: nothing if the CA is a root, for they must have it; else the CA and those above it.
  private static func chain(_ certificates: [Certificate]) -> [Certificate] {
    certificates.filter { certificate in
      X509_NAME_cmp(
        X509_get_subject_name(certificate.pointer), X509_get_issuer_name(certificate.pointer)) != 0
    }
  }
}

/// Whether a certificate is fit to sign leaves.
enum AuthorityCheck {
  static func check(_ certificate: Certificate, path: String) throws(TLSFailure) {
    let pointer = certificate.pointer
    let flags = X509_get_extension_flags(pointer)
    guard flags & UInt32(EXFLAG_BCONS) != 0, flags & UInt32(EXFLAG_CA) != 0 else {
      throw .authority(.notAuthority(path: path))
    }
    // Both are all ones where the certificate does not limit its usage.
    guard X509_get_key_usage(pointer) & UInt32(KU_KEY_CERT_SIGN) != 0 else {
      throw .authority(.mayNotSign(path: path))
    }
    guard X509_get_extended_key_usage(pointer) & UInt32(XKU_SSL_SERVER | XKU_ANYEKU) != 0 else {
      throw .authority(.notForServers(path: path))
    }
    let facts = try AuthorityCertificate(certificate).facts
    guard X509_cmp_current_time(X509_get0_notAfter(pointer)) > 0 else {
      throw .authority(.expired(path: path, notAfter: facts.notAfter))
    }
    guard X509_cmp_current_time(X509_get0_notBefore(pointer)) < 0 else {
      throw .authority(.notYetValid(path: path, notBefore: facts.notBefore))
    }
  }
}
