import SessionEvents

/// Reads the data of one record into its presentation form.
///
/// Names stand as in `DNSQuestion.name`; character strings in quotation marks; binary data in hexadecimal or base64 as
/// the type's own RFC has it.
struct DNSDataReader {
  private(set) var names: DNSNameReader
  private(set) var problems: [(DNSProblem, Int, String)] = []
  private var position: Int
  private let end: Int

  init(_ names: DNSNameReader, _ data: Range<Int>) {
    self.names = names
    position = data.lowerBound
    end = data.upperBound
  }

  /// The presentation form; nil where the type is unknown or the data does not follow its format to the last byte.
  mutating func text(type: UInt16, class: UInt16) -> String? {
    guard let format = DNSDataReader.format(of: type, class: `class`) else { return nil }
    if format.fields.count == 1 {
      guard let part = read(format.fields[0]) else { return nil }
      return position == end ? part : nil
    }
    var parts: [String] = []
    for field in format.fields {
      guard let part = read(field) else { return nil }
      if !part.isEmpty || field == .quotedRest { parts.append(part) }
    }
    return position == end ? parts.joined(separator: " ") : nil
  }

  /// How data of this type is laid out in this class; nil where that is unknown.
  static func format(of type: UInt16, class: UInt16) -> Format? {
    guard let format = type < lowFormats.count ? lowFormats[Int(type)] : formats[type] else { return nil }
    // An update names a record to delete by class NONE (RFC 2136 §2.5.4).
    return format.isForEveryClass || `class` == 1 || `class` == 254 ? format : nil
  }

  /// The form for data of unknown types (RFC 3597 §5): `\# 4 0A000001`.
  static func generic(_ data: ArraySlice<UInt8>) -> String {
    data.isEmpty ? "\\# 0" : "\\# \(data.count) \(hexadecimal(data, upperCase: true))"
  }

  // MARK: Fields

  private mutating func read(_ field: Field) -> String? {
    switch field {
    case .uint8: uint8().map { String($0) }
    case .uint16: uint16().map { String($0) }
    case .uint32: uint32().map { String($0) }
    case .type: uint16().map(DNSMnemonics.type)
    case .time: uint32().map(DNSDataReader.time)
    case .name: name()
    case .ipv4: uint32().map { IPAddress.v4($0).description }
    case .ipv6: address(byteCount: 16)
    case .string: string()
    case .strings: strings()
    case .tag: tag()
    case .quotedRest: DNSDataReader.quoted(rest())
    case .hexRest: DNSDataReader.hexadecimal(rest(), upperCase: true)
    case .base64Rest: DNSDataReader.base64(rest())
    case .base64RestOrDash: isAtEnd ? "-" : DNSDataReader.base64(rest())
    case .salt: salt()
    case .hash: hash()
    case .typeBitmap: typeBitmap()
    case .serviceParameters: serviceParameters()
    case .hardwareAddress(let count): hardwareAddress(count)
    case .locator64: take(8).map(DNSDataReader.locator)
    case .uint64: take(8).map { String($0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) }
    case .certificateType: uint16().map(DNSMnemonics.certificateType)
    case .algorithm: uint8().map(DNSMnemonics.algorithm)
    case .counted16Base64: counted16Base64()
    case .uint48: take(6).map { String($0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) }
    case .rcode: uint16().map(DNSMnemonics.errorCode)
    case .prefixedHexRest: "0x" + DNSDataReader.hexadecimal(rest(), upperCase: false)
    case .oldTypeBitmap:
      bitNumbers(rest()).map { DNSMnemonics.type(UInt16($0 & 0xffff)) }.joined(separator: " ")
    case .notifyScheme: uint8().map { $0 == 1 ? "NOTIFY" : String($0) }
    case .special(let kind): special(kind)
    }
  }

  var isAtEnd: Bool { position >= end }

  mutating func name() -> String? {
    var found: [(DNSProblem, Int, String)] = []
    let name = names.name(at: &position, end: end) { found.append(($0, $1, $2)) }
    problems += found
    return name
  }

  mutating func address(byteCount: Int) -> String? {
    guard let bytes = take(byteCount) else { return nil }
    return IPAddress(networkBytes: bytes)?.description
  }

  private mutating func string() -> String? {
    guard let count = uint8(), let bytes = take(Int(count)) else { return nil }
    return DNSDataReader.quoted(bytes)
  }

  private mutating func strings() -> String? {
    var parts: [String] = []
    repeat {
      guard let part = string() else { return nil }
      parts.append(part)
    } while position < end
    return parts.joined(separator: " ")
  }

  /// A property tag: letters and digits (RFC 8659 §4.1).
  private mutating func tag() -> String? {
    guard let count = uint8(), count > 0, let bytes = take(Int(count)), bytes.allSatisfy(isTokenByte) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func salt() -> String? {
    guard let count = uint8(), let bytes = take(Int(count)) else { return nil }
    return count == 0 ? "-" : DNSDataReader.hexadecimal(bytes, upperCase: true)
  }

  private mutating func hash() -> String? {
    guard let count = uint8(), let bytes = take(Int(count)) else { return nil }
    return DNSDataReader.base32hex(bytes)
  }

  private mutating func hardwareAddress(_ count: Int) -> String? {
    take(count).map { bytes in
      bytes.map { DNSDataReader.hexadecimal([$0], upperCase: false) }.joined(separator: "-")
    }
  }

  /// `14:4fff:ff20:ee64` (RFC 6742 §2.1.1).
  private static func locator(_ bytes: ArraySlice<UInt8>) -> String {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }.joined(separator: ":")
  }

  /// A length, and so many bytes.
  private mutating func counted16Base64() -> String? {
    guard let count = uint16(), let bytes = take(Int(count)) else { return nil }
    return count == 0 ? "0" : "\(count) \(DNSDataReader.base64(bytes))"
  }

  /// Windows of types (RFC 4034 §4.1.2).
  private mutating func typeBitmap() -> String? {
    var types: [String] = []
    while position < end {
      guard let window = uint8(), let count = uint8(), (1...32).contains(count), let bits = take(Int(count))
      else {
        return nil
      }
      types += bitNumbers(bits).map { DNSMnemonics.type(UInt16(window) << 8 | UInt16($0)) }
    }
    return types.joined(separator: " ")
  }

  // MARK: Service parameters

  private mutating func serviceParameters() -> String? {
    var parts: [String] = []
    while position < end {
      guard let key = uint16(), let count = uint16(), let value = take(Int(count)) else { return nil }
      let name = DNSMnemonics.serviceParameter(key)
      guard let text = DNSDataReader.serviceValue(key, value) else { return nil }
      parts.append(text.isEmpty ? name : "\(name)=\(text)")
    }
    return parts.joined(separator: " ")
  }

  /// The value of a service parameter (RFC 9460 §7); nil where it breaks its format.
  private static func serviceValue(_ key: UInt16, _ value: ArraySlice<UInt8>) -> String? {
    var reader = ByteReader(Array(value))
    switch key {
    case 0:
      var keys: [String] = []
      while let key = reader.uint16() { keys.append(DNSMnemonics.serviceParameter(key)) }
      return reader.isAtEnd ? keys.joined(separator: ",") : nil
    case 1:
      var ids: [UInt8] = []
      while !reader.isAtEnd {
        guard var id = reader.vector8() else { return nil }
        if !ids.isEmpty { ids.append(UInt8(ascii: ",")) }
        for byte in id.readRest() {
          // What would separate values is escaped once more (RFC 9460 §A.1).
          if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\\") { ids.append(UInt8(ascii: "\\")) }
          ids.append(byte)
        }
      }
      return quoted(ids[...])
    case 3:
      guard let port = reader.uint16(), reader.isAtEnd else { return nil }
      return String(port)
    case 4: return addresses(value, byteCount: 4)
    case 5: return base64(value)
    case 6: return addresses(value, byteCount: 16)
    default: return value.isEmpty ? "" : quoted(value)
    }
  }

  private static func addresses(_ value: ArraySlice<UInt8>, byteCount: Int) -> String? {
    guard value.count % byteCount == 0 else { return nil }
    return stride(from: value.startIndex, to: value.endIndex, by: byteCount).compactMap {
      IPAddress(networkBytes: value[$0..<$0 + byteCount])?.description
    }.joined(separator: ",")
  }

  // MARK: Bytes

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard position + count <= end else { return nil }
    position += count
    return names.bytes[position - count..<position]
  }

  mutating func rest() -> ArraySlice<UInt8> {
    defer { position = end }
    return names.bytes[position..<end]
  }

  mutating func uint8() -> UInt8? { number(byteCount: 1).map { UInt8($0) } }

  mutating func uint16() -> UInt16? { number(byteCount: 2).map { UInt16($0) } }

  mutating func uint32() -> UInt32? { number(byteCount: 4) }

  /// A number of at most four bytes.
  private mutating func number(byteCount: Int) -> UInt32? {
    guard position + byteCount <= end else { return nil }
    var number: UInt32 = 0
    for index in position..<position + byteCount { number = number << 8 | UInt32(names.bytes[index]) }
    position += byteCount
    return number
  }
}
