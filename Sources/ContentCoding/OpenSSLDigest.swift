import COpenSSL
import Inspection

/// Makes OpenSSL's digests.
struct OpenSSLDigests: DigestService {
  func makeSHA256() -> any IncrementalDigest {
    guard let algorithm = OpenSSLDigest.Algorithm.sha256 else {
      preconditionFailure("EVP_MD_fetch: this system's OpenSSL has no SHA-256")
    }
    return OpenSSLDigest(algorithm)
  }

  func makeMD5() -> (any IncrementalDigest)? {
    OpenSSLDigest.Algorithm.md5.map(OpenSSLDigest.init)
  }

  func makeSHA1() -> (any IncrementalDigest)? {
    OpenSSLDigest.Algorithm.sha1.map(OpenSSLDigest.init)
  }
}

/// One digest computation of OpenSSL's EVP layer; used by one owner at a time.
///
/// No call in it can fail on a digest that could be fetched, but for want of memory, which ends the process as a
/// failed Swift allocation would.
final class OpenSSLDigest: IncrementalDigest {
  private let algorithm: Algorithm
  private let context: OpaquePointer

  init(_ algorithm: Algorithm) {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new: out of memory") }
    self.algorithm = algorithm
    self.context = context
    start()
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  func update(_ bytes: Span<UInt8>) {
    let status = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    precondition(status == 1, "EVP_DigestUpdate failed")
  }

  func finish() -> [UInt8] {
    let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
      var written: UInt32 = 0
      let status = EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
      precondition(status == 1, "EVP_DigestFinal_ex failed")
      count = Int(written)
    }
    start()
    return digest
  }

  private func start() {
    let status = EVP_DigestInit_ex2(context, algorithm.handle, nil)
    precondition(status == 1, "EVP_DigestInit_ex2 failed")
  }
}

extension OpenSSLDigest {
  /// An algorithm fetched from OpenSSL's providers, once a process: fetching costs more than digesting a small body.
  struct Algorithm: @unchecked Sendable {
    // An EVP_MD is immutable once fetched and counted by reference atomically, so that threads may share it.
    let handle: OpaquePointer

    static let sha256 = Algorithm("SHA256")
    static let md5 = Algorithm("MD5")
    static let sha1 = Algorithm("SHA1")

    private init?(_ name: String) {
      guard let handle = EVP_MD_fetch(nil, name, nil) else { return nil }
      self.handle = handle
    }
  }
}
