/// Base64 (RFC 4648 §4), with padding.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var start = 0
    while start < bytes.count {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
      for index in 0..<4 {
        let isPadding = index > count
        text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(group >> (18 - 6 * index) & 0x3f)])
      }
      start += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil where the text is no base64.
  static func bytes(of text: String) -> [UInt8]? {
    var characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 4) else { return nil }
    var paddingCount = 0
    while paddingCount < 2, characters.last == UInt8(ascii: "=") {
      characters.removeLast()
      paddingCount += 1
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3 + 2)
    var group: UInt32 = 0
    for (index, character) in characters.enumerated() {
      guard let value = values[Int(character)] else { return nil }
      group = group << 6 | UInt32(value)
      if index % 4 == 0 { continue }
      let leftoverBits = UInt32(6 - 2 * (index % 4))
      bytes.append(UInt8(truncatingIfNeeded: group >> leftoverBits))
    }
    return bytes
  }
}
