import SessionEvents

/// The messages between a client and a SOCKS proxy.
enum SOCKSMessage {
  /// Whether all bytes of a stage's message are there; one that breaks its format counts as whole.
  static func isWhole(_ message: [UInt8], _ stage: SOCKSConversation.Stage, isVersion4: Bool) -> Bool {
    switch stage {
    case .methods:
      isVersion4 ? isWholeRequest4(message) : message.count > 1 && message.count == 2 + Int(message[1])
    case .method, .verdict: message.count == 2
    case .name: isWholeName(message)
    case .request: isWholeAddress(message)
    case .reply: isVersion4 ? message.count == 8 : isWholeAddress(message)
    case .over: true
    }
  }

  /// A name and, of a password, only its length (RFC 1929 §2).
  static func name(_ message: [UInt8]) -> String {
    let nameCount = Int(message[1])
    let name = String(decoding: message.dropFirst(2).prefix(nameCount), as: UTF8.self)
    return "\(name) (password, \(message[2 + nameCount]) bytes)"
  }

  /// What is asked for, and where.
  static func request(_ message: [UInt8], isVersion4: Bool) -> (verb: String, target: [UInt8])? {
    let verbs = ["CONNECT", "BIND", "UDP-ASSOCIATE"]
    guard (1...(isVersion4 ? 2 : 3)).contains(message[1]), isVersion4 || message[0] == 5 else { return nil }
    let target = isVersion4 ? target4(message) : target5(message)
    return target.map { (verbs[Int(message[1]) - 1], $0) }
  }

  static func meaning(of code: UInt8, isVersion4: Bool) -> String {
    if isVersion4 { return code == 0x5a ? "granted" : "rejected or failed" }
    let meanings = [
      "succeeded", "general failure", "not allowed", "network unreachable", "host unreachable",
      "connection refused",
      "TTL expired", "command not supported", "address type not supported",
    ]
    return Int(code) < meanings.count ? meanings[Int(code)] : "unassigned"
  }

  // MARK: Version 5

  private static func isWholeName(_ message: [UInt8]) -> Bool {
    guard message.count > 1 else { return false }
    let passwordAt = 2 + Int(message[1])
    return message.count > passwordAt && message.count == passwordAt + 1 + Int(message[passwordAt])
  }

  private static func isWholeAddress(_ message: [UInt8]) -> Bool {
    guard message.count > 4 else { return false }
    switch message[3] {
    case 1: return message.count == 10
    case 3: return message.count == 7 + Int(message[4])
    case 4: return message.count == 22
    default: return true
    }
  }

  private static func target5(_ message: [UInt8]) -> [UInt8]? {
    let port = message.suffix(2).reduce(0) { $0 << 8 | Int($1) }
    let address = message.dropFirst(4).dropLast(2)
    switch message[3] {
    case 3: return address.dropFirst() + Array(":\(port)".utf8)
    case 1, 4:
      guard let parsed = IPAddress(networkBytes: address), let number = UInt16(exactly: port) else {
        return nil
      }
      return Array("\(Endpoint(address: parsed, port: number))".utf8)
    default: return nil
    }
  }

  // MARK: Version 4

  /// Up to the end of the user's name and, where the address is none (0.0.0.x), of the host's.
  private static func isWholeRequest4(_ message: [UInt8]) -> Bool {
    guard message.count > 8 else { return false }
    let texts = message[8...].count { $0 == 0 }
    return texts == (names(message) ? 2 : 1) || message.count > 8 + 512
  }

  private static func names(_ message: [UInt8]) -> Bool {
    message[4..<7].allSatisfy { $0 == 0 } && message[7] != 0
  }

  private static func target4(_ message: [UInt8]) -> [UInt8]? {
    let port = UInt16(message[2]) << 8 | UInt16(message[3])
    if names(message) {
      let host = message[8...].split(separator: 0, omittingEmptySubsequences: false).dropFirst().first ?? []
      return host + Array(":\(port)".utf8)
    }
    return IPAddress(networkBytes: message[4..<8]).map { Array("\(Endpoint(address: $0, port: port))".utf8) }
  }
}
