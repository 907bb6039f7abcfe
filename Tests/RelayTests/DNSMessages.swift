/// DNS messages as tests write them.
enum DNSMessages {
  static func query(
    id: UInt16 = 0x1234, _ name: String = "example.com", type: UInt16 = 1, payloadSize: UInt16? = nil,
    flags: UInt16 = 0x0100
  ) -> [UInt8] {
    var message = header(id, flags, questions: 1, additional: payloadSize == nil ? 0 : 1)
    message += question(name, type)
    if let payloadSize { message += option(payloadSize) }
    return message
  }

  /// An answer with so many A records, to the query's question or to `name`.
  static func answer(
    to query: [UInt8], recordCount: UInt16 = 1, rcode: UInt16 = 0, isTruncated: Bool = false,
    name: String? = nil, payloadSize: UInt16? = nil
  ) -> [UInt8] {
    let id = UInt16(query[0]) << 8 | UInt16(query[1])
    var message = header(
      id, 0x8180 | rcode | (isTruncated ? 0x0200 : 0), questions: 1, answers: recordCount,
      additional: payloadSize == nil ? 0 : 1)
    message += name.map { question($0, 1) } ?? questionBytes(of: query)
    for number in 0..<recordCount {
      // The name by a pointer, A, IN, a minute, 4 bytes.
      message += [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0] + bytes(number)
    }
    if let payloadSize { message += option(payloadSize) }
    return message
  }

  static func header(
    _ id: UInt16, _ flags: UInt16, questions: UInt16, answers: UInt16 = 0, additional: UInt16 = 0
  ) -> [UInt8] {
    [id, flags, questions, answers, 0, additional].flatMap(bytes)
  }

  static func question(_ name: String, _ type: UInt16) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    return labels + [0] + bytes(type) + [0, 1]
  }

  static func option(_ payloadSize: UInt16, flags: UInt16 = 0) -> [UInt8] {
    [0, 0, 41] + bytes(payloadSize) + [0, 0] + bytes(flags) + [0, 0]
  }

  /// Name, type and class as they stand in a message of one question.
  static func questionBytes(of message: [UInt8]) -> [UInt8] {
    var end = 12
    while message[end] != 0 { end += 1 + Int(message[end]) }
    return Array(message[12..<end + 5])
  }

  static func id(of message: [UInt8]) -> UInt16 { UInt16(message[0]) << 8 | UInt16(message[1]) }
  static func rcode(of message: [UInt8]) -> UInt8 { message[3] & 0x0f }
  static func isTruncated(_ message: [UInt8]) -> Bool { message[2] & 0x02 != 0 }

  static func framed(_ message: [UInt8]) -> [UInt8] { bytes(UInt16(message.count)) + message }

  private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
}
