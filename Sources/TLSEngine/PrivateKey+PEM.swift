import COpenSSL

extension PrivateKey {
  /// Reads the first private key in an open PEM file; an encrypted one is refused rather than asked a password for.
  static func read(from file: borrowing OpenFile) throws(TLSFailure) -> PrivateKey {
    let path = file.path
    return try file.withContents { (pem) throws(TLSFailure) in
      let bio = try openSSLObject("BIO_new_mem_buf") { BIO_new_mem_buf(pem.baseAddress, Int32(pem.count)) }
      defer { BIO_free(bio) }
      ERR_clear_error()
      var isEncrypted = false
      if let key = PEM_read_bio_PrivateKey(bio, nil, noteQuestion, &isEncrypted) {
        return PrivateKey(owning: key)
      }
      if isEncrypted {
        ERR_clear_error()
        throw .authority(.encryptedKey(path: path))
      }
      throw .authority(
        .unreadableKey(
          path: path, text: TLSFailure.fromErrorQueue(after: "PEM_read_bio_PrivateKey").description))
    }
  }

  /// Writes the key as PKCS #8 in PEM, and wipes what was in memory of it.
  func write(to file: borrowing OpenFile) throws(TLSFailure) {
    let bio: OpaquePointer = try openSSLObject("BIO_new") { BIO_new(BIO_s_mem()) }
    // OpenSSL clears a memory BIO's buffer when it frees it.
    defer { BIO_free(bio) }
    try openSSL("PEM_write_bio_PrivateKey") {
      PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil)
    }
    var data: UnsafeMutablePointer<CChar>?
    let count = wt_BIO_get_mem_data(bio, &data)
    try file.write(UnsafeRawBufferPointer(start: data, count: count))
  }

  func matches(_ certificate: Certificate) -> Bool {
    let result = X509_check_private_key(certificate.pointer, pointer)
    ERR_clear_error()
    return result == 1
  }

  /// The digest to sign with: SHA-256, or what the curve's strength asks for; nil where the algorithm has its own.
  var signingDigest: OpaquePointer? {
    // Ed25519 and Ed448 take none.
    guard EVP_PKEY_digestsign_supports_digest(pointer, nil, "SHA2-256", nil) == 1 else {
      ERR_clear_error()
      return nil
    }
    guard EVP_PKEY_get_base_id(pointer) == EVP_PKEY_EC else { return SharedDigest.sha256.pointer }
    switch EVP_PKEY_get_security_bits(pointer) {
    case 256...: return EVP_sha512()
    case 192...: return EVP_sha384()
    default: return SharedDigest.sha256.pointer
    }
  }
}

/// Called when a key is encrypted: notes that, and gives no password.
private func noteQuestion(
  _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _ isEncrypted: UnsafeMutableRawPointer?
) -> Int32 {
  isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
  return -1
}
