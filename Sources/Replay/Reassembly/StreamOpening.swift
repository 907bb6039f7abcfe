import Inspection
import SessionEvents

/// What the first bytes of a connection say about who sent them.
///
/// Only needed where no SYN was captured; where the bytes say nothing either, the ports decide.
enum StreamOpening {
  /// Words that only clients begin with, and only servers.
  private static let clientWords = [
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/2.0",
    "EHLO ", "HELO ", "USER ",
  ]
  private static let serverWords = ["HTTP/1.", "220 ", "220-", "+OK", "* OK"]

  /// Who it was; nil where that cannot be told.
  static func sender(of payload: Span<UInt8>) -> Party? {
    if let party = helloSender(payload) { return party }
    if clientWords.contains(where: { begins(payload, with: $0) }) { return .client }
    if serverWords.contains(where: { begins(payload, with: $0) }) { return .server }
    return nil
  }

  /// Who sent the datagram, where it is a DNS message with a question, or an answer without.
  static func datagramSender(of payload: [UInt8]) -> Party? {
    guard payload.count <= 4_096, let message = DNSMessageOutline(payload) else { return nil }
    guard message.questionCount <= 1, message.opcode == 0, message.question != nil else { return nil }
    return message.isResponse ? .server : .client
  }

  /// Of a TLS record with a ClientHello or a ServerHello (RFC 8446 §5.1, §4).
  private static func helloSender(_ payload: Span<UInt8>) -> Party? {
    guard payload.count >= 6, payload[0] == 22, payload[1] == 3 else { return nil }
    switch payload[5] {
    case 1: return .client
    case 2: return .server
    default: return nil
    }
  }

  private static func begins(_ payload: Span<UInt8>, with word: String) -> Bool {
    let word = word.utf8
    guard payload.count >= word.count else { return false }
    for (index, byte) in word.enumerated() where payload[index] != byte { return false }
    return true
  }
}
