/// Bytes as text of 64 characters, with padding (RFC 4648 §4).
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index + 3 <= bytes.count {
      append(bytes[index], bytes[index + 1], bytes[index + 2], keep: 4, to: &text)
      index += 3
    }
    switch bytes.count - index {
    case 1: append(bytes[index], 0, 0, keep: 2, to: &text)
    case 2: append(bytes[index], bytes[index + 1], 0, keep: 3, to: &text)
    default: break
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(
    _ first: UInt8, _ second: UInt8, _ third: UInt8, keep: Int, to text: inout [UInt8]
  ) {
    let group = UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    for position in 0..<4 {
      let digit = digits[Int(group >> UInt32(18 - 6 * position) & 63)]
      text.append(position < keep ? digit : UInt8(ascii: "="))
    }
  }
}
