import COpenSSL

/// Reads certificates from PEM files.
enum PEMFile {
  /// Larger files are no trust bundle (the system's has about 220 KB).
  static let sizeLimit = 64 << 20

  static func contents(_ path: String) throws(TLSFailure) -> [UInt8] {
    ERR_clear_error()
    guard let bio = BIO_new_file(path, "r") else { throw unusable(path, after: "BIO_new_file") }
    defer { BIO_free(bio) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      ERR_clear_error()
      let count = BIO_read(bio, &chunk, Int32(chunk.count))
      guard count >= 0 else { throw unusable(path, after: "BIO_read") }
      guard count > 0 else { return bytes }
      bytes += chunk.prefix(Int(count))
      guard bytes.count <= sizeLimit else {
        throw .unusableFile(path: path, text: "larger than \(sizeLimit >> 20) MiB")
      }
    }
  }

  /// The certificates in an open file, parsed, in order.
  static func certificates(in file: borrowing OpenFile) throws(TLSFailure) -> [Certificate] {
    let path = file.path
    return try file.withContents { (pem) throws(TLSFailure) in
      try certificates(in: [UInt8](pem), path: path)
    }
  }

  /// The certificates in `pem`, parsed, in order; `path` is for the errors.
  static func certificates(in pem: [UInt8], path: String) throws(TLSFailure) -> [Certificate] {
    var certificates: [Certificate] = []
    let bio = try memory(pem)
    defer { BIO_free(bio) }
    while true {
      ERR_clear_error()
      // Takes the three labels that OpenSSL knows for certificates, and passes over other blocks.
      guard let certificate = PEM_read_bio_X509_AUX(bio, nil, nil, nil) else { break }
      certificates.append(Certificate(owning: certificate))
    }
    try checkEnd(path, after: "PEM_read_bio_X509_AUX")
    guard !certificates.isEmpty else { throw .unusableFile(path: path, text: "no PEM certificate in it") }
    return certificates
  }

  /// The certificates in `pem` as DER, in order; they are not parsed, which takes a tenth of the time.
  static func derCertificates(in pem: [UInt8], path: String) throws(TLSFailure) -> [[UInt8]] {
    var certificates: [[UInt8]] = []
    let bio = try memory(pem)
    defer { BIO_free(bio) }
    while let block = nextBlock(bio) {
      switch block.label {
      case PEM_STRING_X509, PEM_STRING_X509_OLD: certificates.append(block.bytes)
      // The certificate, and after it OpenSSL's own remarks on its use.
      case PEM_STRING_X509_TRUSTED: certificates.append(try withoutRemarks(block.bytes))
      default: break
      }
    }
    try checkEnd(path, after: "PEM_read_bio")
    guard !certificates.isEmpty else { throw .unusableFile(path: path, text: "no PEM certificate in it") }
    return certificates
  }

  private static func nextBlock(_ bio: OpaquePointer) -> (label: String, bytes: [UInt8])? {
    var label: UnsafeMutablePointer<CChar>?
    var header: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutablePointer<UInt8>?
    var count = 0
    ERR_clear_error()
    guard PEM_read_bio(bio, &label, &header, &data, &count) == 1 else { return nil }
    defer {
      for pointer in [
        UnsafeMutableRawPointer(label), UnsafeMutableRawPointer(header), UnsafeMutableRawPointer(data),
      ] {
        CRYPTO_free(pointer, #fileID, #line)
      }
    }
    return (
      label.map { String(cString: $0) } ?? "", Array(UnsafeBufferPointer(start: data, count: count))
    )
  }

  private static func withoutRemarks(_ bytes: [UInt8]) throws(TLSFailure) -> [UInt8] {
    let certificate = try openSSLObject("d2i_X509_AUX") {
      bytes.withUnsafeBufferPointer { buffer in
        var start = buffer.baseAddress
        return d2i_X509_AUX(nil, &start, buffer.count)
      }
    }
    return try Certificate(owning: certificate).der
  }

  private static func memory(_ bytes: [UInt8]) throws(TLSFailure) -> OpaquePointer {
    let bio = try openSSLObject("BIO_new") { BIO_new(BIO_s_mem()) }
    _ = BIO_write(bio, bytes, Int32(clamping: bytes.count))
    return bio
  }

  /// Finding no further block is how OpenSSL says that the file is at its end.
  private static func checkEnd(_ path: String, after call: String) throws(TLSFailure) {
    let error = ERR_peek_last_error()
    guard ERR_GET_LIB(error) == ERR_LIB_PEM, ERR_GET_REASON(error) == PEM_R_NO_START_LINE else {
      throw unusable(path, after: call)
    }
    ERR_clear_error()
  }

  private static func unusable(_ path: String, after call: String) -> TLSFailure {
    .unusableFile(path: path, text: TLSFailure.fromErrorQueue(after: call).description)
  }
}
