import Inspection

/// Response codes that the relay acts on or gives (RFC 1035 §4.1.1).
enum DNSResponseCode {
  static let formatError: UInt8 = 1
  static let serverFailure: UInt8 = 2
  static let notImplemented: UInt8 = 4
  static let refused: UInt8 = 5

  /// Whether another server may do better.
  static func isFailure(_ rcode: UInt8) -> Bool {
    rcode == serverFailure || rcode == refused
  }
}

/// Makes the messages that the relay gives its DNS clients in place of, or from, a nameserver's answer.
enum DNSReply {
  /// What a datagram may carry unless EDNS says more (RFC 1035 §4.2.1).
  private static let plainPayloadSize: UInt16 = 512
  /// What a datagram can carry at most, over IPv4.
  private static let largestPayloadSize: UInt16 = 65_507
  /// The payload that the relay itself says it takes: what passes without fragments (RFC 9715 §3.1).
  private static let ownPayloadSize: UInt16 = 1_232

  /// An answer without records: the query's id, question and EDNS, as far as they can be read (RFC 2308 §7, RFC 6891 §7).
  static func failure(_ rcode: UInt8, to query: [UInt8], _ outline: DNSMessageOutline) -> [UInt8] {
    // Opcode and RD stay, and the checking-disabled flag (RFC 4035 §3.2.2).
    let word = 0x8080 | UInt16(outline.opcode) << 11 | outline.flags.rawValue & 0x0110 | UInt16(rcode)
    let edns = outline.edns(in: query).map {
      DNSMessageOutline.EDNS(payloadSize: ownPayloadSize, timeToLive: $0.timeToLive & 0x8000)
    }
    return message(id: outline.id, word: word, question: outline.question.map { query[$0] }, edns)
  }

  /// The answer as its client may have it: with the client's id, and no longer than a datagram to it may be.
  ///
  /// One that is too long loses its records and says so (TC), so that the client comes back over TCP (RFC 2181 §9).
  static func fitted(
    _ answer: [UInt8], to query: [UInt8], _ outline: DNSMessageOutline, isDatagram: Bool
  ) -> [UInt8] {
    if isDatagram, answer.count > payloadSize(of: query, outline), let answered = DNSMessageOutline(answer) {
      let word = UInt16(answer[2]) << 8 | UInt16(answer[3]) | DNSFlags.truncated.rawValue
      return message(
        id: outline.id, word: word, question: answered.question.map { answer[$0] }, answered.edns(in: answer))
    }
    return withID(outline.id, answer)
  }

  static func withID(_ id: UInt16, _ message: [UInt8]) -> [UInt8] {
    var message = message
    message[0] = UInt8(id >> 8)
    message[1] = UInt8(truncatingIfNeeded: id)
    return message
  }

  /// How long a datagram its sender takes (RFC 6891 §6.2.3: less than 512 means 512).
  private static func payloadSize(of query: [UInt8], _ outline: DNSMessageOutline) -> Int {
    Int(min(max(plainPayloadSize, outline.edns(in: query)?.payloadSize ?? 0), largestPayloadSize))
  }

  private static func message(
    id: UInt16, word: UInt16, question: ArraySlice<UInt8>?, _ edns: DNSMessageOutline.EDNS?
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in [id, word, question == nil ? 0 : 1, 0, 0, edns == nil ? 0 : 1] { append(value, to: &bytes) }
    if let question { bytes += question }
    guard let edns else { return bytes }
    bytes.append(0)
    append(41, to: &bytes)
    append(edns.payloadSize, to: &bytes)
    append(UInt16(edns.timeToLive >> 16), to: &bytes)
    append(UInt16(truncatingIfNeeded: edns.timeToLive), to: &bytes)
    append(0, to: &bytes)
    return bytes
  }

  private static func append(_ value: UInt16, to bytes: inout [UInt8]) {
    bytes.append(UInt8(value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }
}
