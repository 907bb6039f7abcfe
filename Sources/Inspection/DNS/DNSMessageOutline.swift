/// What someone who passes a DNS message on must know of it: its header and its first question (RFC 1035 §4.1).
///
/// Reads neither names as text nor records, so that it costs little.
package struct DNSMessageOutline: Hashable, Sendable {
  package var id: UInt16
  package var flags: DNSFlags
  /// Zero for an ordinary query.
  package var opcode: UInt8
  /// The four bits of the header, without what EDNS adds to them.
  package var rcode: UInt8
  package var questionCount: Int
  /// Where name, type and class of the first question stand; nil where the message ends before they do, or where the
  /// name is compressed or too long.
  package var question: Range<Int>?
  private let recordCount: Int

  /// Nil where there is not even a header.
  package init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let header = DNSHeader(&reader) else { return nil }
    id = header.id
    flags = header.flags
    opcode = header.opcode
    rcode = header.rcode
    questionCount = header.questionCount
    recordCount = header.answerCount + header.authorityCount + header.additionalCount
    question = header.questionCount > 0 ? Self.question(at: reader.position, in: bytes) : nil
  }

  package var isResponse: Bool { flags.contains(.response) }

  /// The first question's bytes, ASCII letters in lower case: names are compared without regard to case (RFC 4343).
  package func questionKey(in bytes: [UInt8]) -> [UInt8]? {
    // The bytes before a label are lengths below 64, which are no letters.
    question.map { range in bytes[range].map(lowercased) }
  }

  /// The type that is asked for; its number, since it may be any.
  package func questionType(in bytes: [UInt8]) -> UInt16? {
    question.map { UInt16(bytes[$0.upperBound - 4]) << 8 | UInt16(bytes[$0.upperBound - 3]) }
  }

  /// Whether the first question is this one, `key` being another message's `questionKey`.
  package func asks(_ key: [UInt8], in bytes: [UInt8]) -> Bool {
    guard let question, question.count == key.count else { return false }
    return equalsIgnoringCase(bytes[question], key)
  }

  /// The fixed part of the OPT pseudo-record; nil where there is none, or where it cannot be reached.
  package func edns(in bytes: [UInt8]) -> EDNS? {
    guard let question, questionCount == 1 else { return nil }
    var reader = ByteReader(bytes, question.upperBound..<bytes.count)
    for _ in 0..<recordCount {
      let isRoot = reader.position < bytes.count && bytes[reader.position] == 0
      guard Self.skipName(&reader), let type = reader.uint16(), let size = reader.uint16(),
        let timeToLive = reader.uint32(), let length = reader.uint16(), reader.read(Int(length)) != nil
      else { return nil }
      if type == 41, isRoot { return EDNS(payloadSize: size, timeToLive: timeToLive) }
    }
    return nil
  }

  /// What EDNS keeps in the fields of its pseudo-record (RFC 6891 §6.1.2).
  package struct EDNS: Hashable, Sendable {
    /// The sender's largest UDP payload, in bytes.
    package var payloadSize: UInt16
    /// The extended response code, the version and the DO flag.
    package var timeToLive: UInt32

    package init(payloadSize: UInt16, timeToLive: UInt32) {
      self.payloadSize = payloadSize
      self.timeToLive = timeToLive
    }
  }

  private static func question(at start: Int, in bytes: [UInt8]) -> Range<Int>? {
    var position = start
    while position < bytes.count, bytes[position] != 0 {
      guard bytes[position] < 64 else { return nil }
      position += 1 + Int(bytes[position])
    }
    // The name's last byte, its type and its class.
    let end = position + 5
    guard end <= bytes.count, position + 1 - start <= 255 else { return nil }
    return start..<end
  }

  /// Passes over a name, compressed or not, without following pointers.
  private static func skipName(_ reader: inout ByteReader) -> Bool {
    while let length = reader.uint8() {
      switch length {
      case 0: return true
      case 1..<64: guard reader.read(Int(length)) != nil else { return false }
      case 0xc0...: return reader.uint8() != nil
      default: return false
      }
    }
    return false
  }
}
