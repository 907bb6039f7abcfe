/// A protocol that a session may turn out to speak.
enum GuessedProtocol: UInt8, CaseIterable {
  case http1
  case http2
  /// HTTP/2, whose client is who ports tell to be the server; only taken where the other was wrong.
  case http2Reversed
  case tls
  case dns
  case smtp
  case imap
  case pop3
  case ftp
  case redis
  case postgresql
  case socks
  case proxy
  /// None of these.
  case opaque
}

/// Several protocols.
struct ProtocolSet: OptionSet, Hashable {
  let rawValue: UInt16

  init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  init(_ member: GuessedProtocol) {
    rawValue = 1 << member.rawValue
  }

  static let http1 = ProtocolSet(.http1)
  static let http2 = ProtocolSet(.http2)
  static let tls = ProtocolSet(.tls)
  static let dns = ProtocolSet(.dns)
  static let smtp = ProtocolSet(.smtp)
  static let imap = ProtocolSet(.imap)
  static let pop3 = ProtocolSet(.pop3)
  static let ftp = ProtocolSet(.ftp)
  static let redis = ProtocolSet(.redis)
  static let postgresql = ProtocolSet(.postgresql)
  static let socks = ProtocolSet(.socks)
  static let proxy = ProtocolSet(.proxy)

  /// All that are spoken here.
  static let all: ProtocolSet = [
    .http1, .http2, .tls, .dns, .smtp, .imap, .pop3, .ftp, .redis, .postgresql, .socks, .proxy,
  ]

  /// Those that consist of lines.
  static let lines: ProtocolSet = [.smtp, .imap, .pop3, .ftp, .redis, .proxy]

  /// Its only member; nil where it has none, or more than one.
  var only: GuessedProtocol? {
    rawValue.nonzeroBitCount == 1 ? GuessedProtocol(rawValue: UInt8(rawValue.trailingZeroBitCount)) : nil
  }
}
