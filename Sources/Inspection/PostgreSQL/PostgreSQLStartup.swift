/// What a client's first message asks for: the number that stands where later messages have none.
enum PostgreSQLStartup: Hashable {
  case version(major: UInt16, minor: UInt16)
  case tls
  case gssEncryption
  case cancel

  init?(code: UInt32) {
    switch code {
    case 80_877_102: self = .cancel
    case 80_877_103: self = .tls
    case 80_877_104: self = .gssEncryption
    case 0x0003_0000...0x0003_ffff: self = .version(major: 3, minor: UInt16(code & 0xffff))
    default: return nil
    }
  }

  /// Whether a message of so many bytes, its length included, may be this one.
  func believes(length: Int) -> Bool {
    switch self {
    case .version: (9...10_000).contains(length)
    case .tls, .gssEncryption: length == 8
    // Version 3.2 allows longer keys.
    case .cancel: (16...268).contains(length)
    }
  }

  var verb: String {
    switch self {
    case .version: "Startup"
    case .tls: "SSLRequest"
    case .gssEncryption: "GSSENCRequest"
    case .cancel: "CancelRequest"
    }
  }
}
