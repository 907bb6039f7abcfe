import COpenSSL

/// Owns one reference to an X.509 certificate that is complete.
///
/// Sendable, because nobody changes the certificate after it is handed to `init`, its reference count is atomic,
/// and what OpenSSL caches in it on first use (extensions, encoding) is under a lock of its own.
final class Certificate: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    X509_free(pointer)
  }

  var der: [UInt8] {
    get throws(TLSFailure) { try Self.der(of: pointer) }
  }

  var pem: [UInt8] {
    get throws(TLSFailure) {
      try MemoryBIO.bytes { bio in PEM_write_bio_X509(bio, pointer) }
    }
  }

  static func der(of certificate: OpaquePointer) throws(TLSFailure) -> [UInt8] {
    ERR_clear_error()
    let length = i2d_X509(certificate, nil)
    guard length > 0 else { throw .fromErrorQueue(after: "i2d_X509") }
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      var end = buffer.baseAddress
      count = max(0, Int(i2d_X509(certificate, &end)))
    }
  }

  /// SHA-1 of the DER form.
  var sha1: [UInt8] {
    get throws(TLSFailure) { try Self.digest(SharedDigest.sha1, of: pointer) }
  }

  /// SHA-256 of the DER form.
  static func sha256(of certificate: OpaquePointer) throws(TLSFailure) -> [UInt8] {
    try digest(SharedDigest.sha256, of: certificate)
  }

  private static func digest(
    _ algorithm: SharedDigest, of certificate: OpaquePointer
  ) throws(TLSFailure) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    try openSSL("X509_digest") { X509_digest(certificate, algorithm.pointer, &digest, &length) }
    return Array(digest.prefix(Int(length)))
  }
}

/// Owns a private key.
///
/// Only ``AuthorityDirectory`` writes one out; the others never leave the process's memory.
///
/// Sendable, because the key is not changed after `init`, and OpenSSL's signing takes it as constant.
final class PrivateKey: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Makes a new ECDSA key on P-256.
  init() throws(TLSFailure) {
    pointer = try openSSLObject("EVP_EC_gen") { wt_EVP_EC_gen_P256() }
  }

  /// Makes a new RSA key.
  init(rsaBits: UInt32) throws(TLSFailure) {
    pointer = try openSSLObject("EVP_RSA_gen") { wt_EVP_RSA_gen(rsaBits) }
  }

  /// Takes over the caller's reference.
  init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    EVP_PKEY_free(pointer)
  }
}

/// Digests that are fetched from the provider once: OpenSSL 3 searches its providers at each use otherwise.
final class SharedDigest: @unchecked Sendable {
  /// Not freed before the process ends, and constant: that is why the class is Sendable.
  let pointer: OpaquePointer?

  private init(_ name: String) {
    pointer = EVP_MD_fetch(nil, name, nil)
  }

  static let sha256 = SharedDigest("SHA2-256")
  static let sha1 = SharedDigest("SHA1")
}

/// A BIO that collects what is written to it.
enum MemoryBIO {
  /// What `write` writes; it returns a positive number for success.
  static func bytes(_ write: (OpaquePointer) -> Int32) throws(TLSFailure) -> [UInt8] {
    let bio: OpaquePointer = try openSSLObject("BIO_new") { BIO_new(BIO_s_mem()) }
    defer { BIO_free(bio) }
    try openSSL("BIO_write") { write(bio) }
    var data: UnsafeMutablePointer<CChar>?
    let count = wt_BIO_get_mem_data(bio, &data)
    return Array(UnsafeRawBufferPointer(start: data, count: count))
  }
}
