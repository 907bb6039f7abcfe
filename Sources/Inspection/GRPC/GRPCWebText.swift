/// What gRPC-Web adds to gRPC: base64, and trailers in the body (gRPC-Web, protocol specification).
struct GRPCWebText {
  private var bits: UInt32 = 0
  private var bitCount = 0

  /// Decodes the next characters of base64, which may be padded in several places; others are passed over.
  mutating func decode(_ text: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4 + 1)
    for index in text.indices {
      let value: UInt8
      switch text[index] {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = text[index] - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = text[index] - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = text[index] - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="):
        bitCount = 0
        continue
      default: continue
      }
      bits = (bits << 6 | UInt32(value)) & 0xffff
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
    }
    return bytes
  }

  /// The fields of a trailers message: lines as in HTTP/1.
  static func trailers(_ bytes: [UInt8]) -> [HTTPField] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      let value = line[(colon + 1)...].filter { $0 != UInt8(ascii: "\r") }
      return HTTPField(
        name: Array(line[..<colon].trimmingWhitespace), value: Array(value[...].trimmingWhitespace))
    }
  }
}
