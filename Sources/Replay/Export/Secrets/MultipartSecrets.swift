import Inspection

/// Finds the parts of a multipart form whose names tell of secrets (RFC 7578).
struct MultipartSecrets {
  private let bytes: [UInt8]
  private let delimiter: [UInt8]
  /// Values that were replaced.
  private(set) var count = 0

  init(_ bytes: [UInt8], boundary: [UInt8]) {
    self.bytes = bytes
    delimiter = Array("--".utf8) + boundary
  }

  /// The body, the content of each secret part replaced by another.
  mutating func replaced(by value: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    while let start = Self.find(delimiter, in: bytes, from: place) {
      let head = start + delimiter.count
      let end = Self.find(delimiter, in: bytes, from: head) ?? bytes.count
      result += bytes[place..<head]
      result += part(bytes[head..<end], value)
      place = end
    }
    return result + bytes[place...]
  }

  /// What stands between two delimiters.
  private mutating func part(_ part: ArraySlice<UInt8>, _ value: [UInt8]) -> [UInt8] {
    let blank = Array("\r\n\r\n".utf8)
    guard let headEnd = Self.find(blank, in: bytes, from: part.startIndex), headEnd < part.endIndex,
      Self.isSecret(part[..<headEnd])
    else { return Array(part) }
    let content = headEnd + blank.count
    var contentEnd = part.endIndex
    if contentEnd >= content + 2, bytes[(contentEnd - 2)..<contentEnd].elementsEqual("\r\n".utf8) {
      contentEnd -= 2
    }
    guard contentEnd > content else { return Array(part) }
    count += 1
    return Array(part[..<content]) + value + Array(part[contentEnd...])
  }

  private static func isSecret(_ head: ArraySlice<UInt8>) -> Bool {
    for line in head.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line.prefix(20), as: UTF8.self).lowercased()
      guard text.hasPrefix("content-disposition:"), let start = line.firstIndex(of: UInt8(ascii: ";"))
      else { continue }
      let name = ParameterList(NamedValues.trimmed(line[start...])).first("name")
      return name.map { SecretNames.isSecretParameter($0.filter { $0 != 0x0d }) } ?? false
    }
    return false
  }

  private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first, bytes.count >= needle.count else { return nil }
    var index = start
    while index <= bytes.count - needle.count {
      if bytes[index] == first, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
      index += 1
    }
    return nil
  }
}
