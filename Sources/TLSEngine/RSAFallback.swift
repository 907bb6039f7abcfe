import COpenSSL
import Synchronization

/// An RSA key that is made when the first client needs it, which most runs never see.
final class RSALeafKey: Sendable {
  private let key = Mutex<PrivateKey?>(nil)

  var isMade: Bool { key.withLock { $0 != nil } }

  /// RSA-2048; takes some 100 ms the first time, in which others wait too.
  func value() throws(TLSFailure) -> PrivateKey {
    let result: Result<PrivateKey, TLSFailure> = key.withLock { key in
      if let key { return .success(key) }
      return Result { () throws(TLSFailure) in
        let made = try PrivateKey(rsaBits: 2_048)
        key = made
        return made
      }
    }
    return try result.get()
  }
}

/// A leaf's second certificate, for clients that take no ECDSA: the same but for its key, and made when one comes.
final class RSAFallback: Sendable {
  private let leafKey: RSALeafKey
  /// What signs; nil for a leaf that signs itself.
  private let issuer: (certificate: Certificate, key: PrivateKey)?
  private let certificate = Mutex<Certificate?>(nil)

  init(leafKey: RSALeafKey, issuer: (certificate: Certificate, key: PrivateKey)?) {
    self.leafKey = leafKey
    self.issuer = issuer
  }

  /// Gives one connection the certificate, and its key, beside those it has; OpenSSL chooses what the client can use.
  func install(
    on ssl: OpaquePointer, besides leaf: Certificate, chain: [Certificate]
  ) throws(TLSFailure) {
    let key = try leafKey.value()
    let own = try rekeyed(leaf, key)
    try openSSL("SSL_use_certificate") { SSL_use_certificate(ssl, own.pointer) }
    try openSSL("SSL_use_PrivateKey") { SSL_use_PrivateKey(ssl, key.pointer) }
    for issuer in chain {
      try openSSL("SSL_add1_chain_cert") { wt_SSL_add1_chain_cert(ssl, issuer.pointer) }
    }
  }

  /// Mints outside the lock; when two threads mint at once, both get the one that came first.
  private func rekeyed(_ leaf: Certificate, _ key: PrivateKey) throws(TLSFailure) -> Certificate {
    if let known = certificate.withLock(\.self) { return known }
    let pointer = leaf.pointer
    let builder = try CertificateBuilder.start(
      subject: X509_get_subject_name(pointer), issuer: X509_get_issuer_name(pointer), publicKey: key)
    try builder.copyValidity(from: pointer)
    try builder.copyExtension(NID_subject_alt_name, from: pointer)
    try builder.addLeafExtensions(issuer: issuer?.certificate, forRSA: true)
    let minted = try builder.sign(with: issuer?.key ?? key)
    return certificate.withLock { certificate in
      if let first = certificate { return first }
      certificate = minted
      return minted
    }
  }

  /// Whether the client whose ClientHello was read takes a certificate with a key on P-256.
  ///
  /// From TLS 1.3 on its signature algorithms alone say so (RFC 8446 §4.2.3: 0x0403); before, one of its cipher suites
  /// must name ECDSA too (RFC 8422 §2), and a client without the extension says nothing by it.
  static func isNeeded(by ssl: OpaquePointer) -> Bool {
    if !offersECDSASignatures(ssl) { return true }
    return SSL_version(ssl) < TLS1_3_VERSION && !offersECDSACiphers(ssl)
  }

  private static func offersECDSASignatures(_ ssl: OpaquePointer) -> Bool {
    var signature: UInt8 = 0
    var hash: UInt8 = 0
    var index: Int32 = 0
    while true {
      let count = SSL_get_sigalgs(ssl, index, nil, nil, nil, &signature, &hash)
      if count == 0 { return true }
      if signature == 3, hash == 4 { return true }
      index += 1
      if index >= count { return false }
    }
  }

  private static func offersECDSACiphers(_ ssl: OpaquePointer) -> Bool {
    let list = SSL_get_client_ciphers(ssl)
    return (0..<max(0, wt_sk_SSL_CIPHER_num(list))).contains { index in
      SSL_CIPHER_get_auth_nid(wt_sk_SSL_CIPHER_value(list, index)) == NID_auth_ecdsa
    }
  }
}

/// Called when a ClientHello was read, before a certificate is chosen; 0 ends the handshake.
func chooseCertificate(_ ssl: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  guard let ssl, RSAFallback.isNeeded(by: ssl) else { return 1 }
  var isReady = true
  TLSConnection.with(ssl) { isReady = $0.offerRSA() }
  return isReady ? 1 : 0
}
