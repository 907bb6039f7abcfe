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

  /// The certificates in `pem`, parsed, in order; `path` is for the errors.
  static func certificates(in pem: [UInt8], path: String) throws(TLSFailure) -> [Certificate] {
    var certificates: [Certificate] = []
    let bio: OpaquePointer = try openSSLObject("BIO_new") { BIO_new(BIO_s_mem()) }
    defer { BIO_free(bio) }
    _ = BIO_write(bio, pem, Int32(clamping: pem.count))
    while true {
      ERR_clear_error()
      // Takes the three labels that OpenSSL knows for certificates, and passes over other blocks.
      guard let certificate = PEM_read_bio_X509_AUX(bio, nil, nil, nil) else { break }
      certificates.append(Certificate(owning: certificate))
    }
    let error = ERR_peek_last_error()
    // Finding no further block is how OpenSSL says that the file is at its end.
    let isAtEnd = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
    guard isAtEnd else { throw unusable(path, after: "PEM_read_bio_X509_AUX") }
    ERR_clear_error()
    guard !certificates.isEmpty else { throw .unusableFile(path: path, text: "no PEM certificate in it") }
    return certificates
  }

  /// The certificates in `pem` as DER, in order; they are not parsed.
  static func derCertificates(in pem: [UInt8], path: String) throws(TLSFailure) -> [[UInt8]] {
    try certificates(in: pem, path: path).map { certificate throws(TLSFailure) in try certificate.der }
  }

  private static func unusable(_ path: String, after call: String) -> TLSFailure {
    .unusableFile(path: path, text: TLSFailure.fromErrorQueue(after: call).description)
  }
}
