/// The fixed header of a DNS message (RFC 1035 §4.1.1).
///
/// ```text
/// | id | QR opcode AA TC RD RA Z AD CD rcode | QDCOUNT | ANCOUNT | NSCOUNT | ARCOUNT |   16 bits each
/// ```
struct DNSHeader: Hashable {
  static let byteCount = 12
  /// The payload of the largest UDP datagram over IPv4.
  private static let largestDatagram = 65_507

  var id: UInt16
  var word: UInt16
  var questionCount: Int
  var answerCount: Int
  var authorityCount: Int
  var additionalCount: Int

  init?(_ reader: inout ByteReader) {
    guard reader.remaining >= DNSHeader.byteCount, let id = reader.uint16(), let word = reader.uint16(),
      let questions = reader.uint16(), let answers = reader.uint16(), let authority = reader.uint16(),
      let additional = reader.uint16()
    else { return nil }
    self.id = id
    self.word = word
    questionCount = Int(questions)
    answerCount = Int(answers)
    authorityCount = Int(authority)
    additionalCount = Int(additional)
  }

  /// The bits that say what the message is, opcode and rcode left out.
  var flags: DNSFlags { DNSFlags(rawValue: word & 0x87b0) }
  var isResponse: Bool { word & 0x8000 != 0 }
  var opcode: UInt8 { UInt8(word >> 11 & 0x0f) }
  var rcode: UInt8 { UInt8(word & 0x0f) }

  var recordCount: Int { answerCount + authorityCount + additionalCount }

  /// Whether bytes that begin so are likely a DNS message, on any port.
  func isPlausible(byteCount: Int) -> Bool {
    // The smallest question takes 5 bytes, the smallest record 11.
    guard [0, 1, 2, 4, 5].contains(opcode), word & 0x0040 == 0, questionCount == 1,
      byteCount >= DNSHeader.byteCount + 5, recordCount <= byteCount / 11 || flags.contains(.truncated)
    else { return false }
    return isResponse || (rcode == 0 && (opcode != 0 || (answerCount == 0 && authorityCount <= 1)))
  }

  /// Whether bytes that begin so are likely the head of a DNS message, the rest of which was not captured.
  func isPlausibleHead() -> Bool { isPlausible(byteCount: DNSHeader.largestDatagram) }

  /// Whether bytes that begin so may be a damaged DNS message, on a port where DNS is expected.
  func isWeaklyPlausible(byteCount: Int) -> Bool {
    guard byteCount >= DNSHeader.byteCount, opcode <= 6 else { return false }
    return questionCount <= byteCount / 5 && recordCount <= byteCount
  }
}
