import SessionEvents

/// Reads where the bytes of a transfer go.
enum FTPEndpoint {
  /// `192,0,2,1,195,80` (RFC 959 §4.1.2).
  static func ofPort(_ text: ArraySlice<UInt8>) -> Endpoint? {
    let numbers = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
      decimal($0)
    }
    guard numbers.count == 6 else { return nil }
    var bytes: [UInt8] = []
    for number in numbers {
      guard let number, let byte = UInt8(exactly: number) else { return nil }
      bytes.append(byte)
    }
    let address = bytes[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Endpoint(address: .v4(address), port: UInt16(bytes[4]) << 8 | UInt16(bytes[5]))
  }

  /// The six numbers in the text of a 227, with parentheses around them or without (RFC 1123 §4.1.2.6).
  static func ofPassive(_ text: [UInt8]) -> Endpoint? {
    let parts = text.split { !isDigit($0) && $0 != UInt8(ascii: ",") }
    return parts.lazy.compactMap { ofPort($0) }.first
  }

  /// `|1|192.0.2.1|50000|`, with any character between the parts (RFC 2428 §2).
  static func ofExtendedPort(_ text: ArraySlice<UInt8>) -> Endpoint? {
    guard let mark = text.first else { return nil }
    let parts = text.dropFirst().split(separator: mark, omittingEmptySubsequences: false)
    guard parts.count >= 3, let address = IPAddress(String(decoding: parts[1], as: UTF8.self)),
      let port = decimal(parts[2]).flatMap({ UInt16(exactly: $0) })
    else { return nil }
    return Endpoint(address: address, port: port)
  }

  /// The port in `(|||50000|)`, at the server's own address (RFC 2428 §3).
  static func ofExtendedPassive(_ text: [UInt8], server: IPAddress) -> Endpoint? {
    guard let open = text.firstIndex(of: UInt8(ascii: "(")) else { return nil }
    let digits = text[(open + 1)...].drop { !isDigit($0) && $0 != UInt8(ascii: ")") }.prefix(while: isDigit)
    return decimal(digits).flatMap { UInt16(exactly: $0) }.map { Endpoint(address: server, port: $0) }
  }
}
