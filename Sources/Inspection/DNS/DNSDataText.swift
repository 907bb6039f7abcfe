import SessionEvents

// How bytes are written in presentation form.
extension DNSDataReader {
  /// Bytes in quotation marks; others than printable ASCII as `\DDD`.
  static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      if byte == UInt8(ascii: " ") {
        text.append(byte)
      } else {
        appendDNSByte(byte, to: &text) { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
      }
    }
    text.append(UInt8(ascii: "\""))
    return String(decoding: text, as: UTF8.self)
  }

  static func hexadecimal(_ bytes: ArraySlice<UInt8>, upperCase: Bool) -> String {
    let digits = Array((upperCase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0f)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// RFC 4648 §4, with padding.
  static func base64(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text = encode(bytes, bitsPerDigit: 6, digits)
    while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// RFC 4648 §7, without padding.
  static func base32hex(_ bytes: ArraySlice<UInt8>) -> String {
    String(
      decoding: encode(bytes, bitsPerDigit: 5, Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8)), as: UTF8.self)
  }

  /// Seconds since 1970 as `YYYYMMDDHHMMSS`.
  static func time(_ seconds: UInt32) -> String {
    let civil = CivilTime(Timestamp(nanoseconds: Int64(seconds) * 1_000_000_000))
    return String((civil.date + civil.timeOfDay).filter { $0 != "-" && $0 != ":" })
  }

  private static func encode(_ bytes: ArraySlice<UInt8>, bitsPerDigit: Int, _ digits: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 8 / bitsPerDigit + 4)
    var pool: UInt32 = 0
    var bitCount = 0
    let mask: UInt32 = (1 << UInt32(bitsPerDigit)) - 1
    for byte in bytes {
      pool = pool << 8 | UInt32(byte)
      bitCount += 8
      while bitCount >= bitsPerDigit {
        bitCount -= bitsPerDigit
        text.append(digits[Int(pool >> UInt32(bitCount) & mask)])
      }
      pool &= (1 << UInt32(bitCount)) - 1
    }
    if bitCount > 0 { text.append(digits[Int(pool << UInt32(bitsPerDigit - bitCount) & mask)]) }
    return text
  }
}
