import COpenSSL
public import SessionEvents

/// Writes trusted certificates as a Java key store (JKS, version 2), protected by the usual password `changeit`.
///
/// ```
/// u32 0xFEEDFEED   u32 2   u32 entry count
///   per entry: u32 2 (trusted certificate)   UTF alias   u64 milliseconds since 1970
///              UTF "X.509"   u32 length   DER
/// 20 bytes: SHA-1 of the password in UTF-16BE, "Mighty Aphrodite", and all bytes before
/// ```
/// All numbers are big-endian; UTF is a u16 length and that many bytes.
public struct JavaTrustStore: Sendable {
  public static let password = "changeit"
  /// What a store of this format begins with; certificates stand in it as they are.
  public static let magic: [UInt8] = [0xfe, 0xed, 0xfe, 0xed]

  private let created: Timestamp
  private var count: UInt32 = 0
  private var entries: [UInt8] = []

  /// Starts an empty store; every entry gets the same time of creation.
  public init(created: Timestamp) {
    self.created = created
  }

  /// Adds a certificate.
  ///
  /// Aliases are ASCII in lower case, and differ from each other.
  public mutating func add(alias: String, der: [UInt8]) {
    count += 1
    entries.append(bigEndian: UInt32(2))
    entries.append(utf: alias)
    entries.append(bigEndian: UInt64(max(0, created.nanoseconds / 1_000_000)))
    entries.append(utf: "X.509")
    entries.append(bigEndian: UInt32(der.count))
    entries += der
  }

  /// The whole file.
  public func bytes() throws(TLSFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count + 32)
    bytes += Self.magic
    bytes.append(bigEndian: UInt32(2))
    bytes.append(bigEndian: count)
    bytes += entries
    return bytes + (try Self.digest(of: bytes))
  }

  private static func digest(of bytes: [UInt8]) throws(TLSFailure) -> [UInt8] {
    let keyed =
      password.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } + Array("Mighty Aphrodite".utf8) + bytes
    var digest = [UInt8](repeating: 0, count: 20)
    try openSSL("EVP_Digest") {
      EVP_Digest(keyed, keyed.count, &digest, nil, SharedDigest.sha1.pointer, nil)
    }
    return digest
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  fileprivate mutating func append(utf text: String) {
    append(bigEndian: UInt16(text.utf8.count))
    self += text.utf8
  }
}
