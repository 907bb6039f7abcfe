/// A ClientHello in the format of SSL 2, as old clients send it to offer newer versions (RFC 5246 §E.2).
///
/// ```text
/// | 0x80 + length (15 bits) | 1 | version (2) | suites' length (2) | session id's (2) | challenge's (2) | …
/// ```
///
/// Each cipher suite takes three bytes; those of SSL 3 and later have a zero in front.
struct SSL2Hello: Hashable {
  /// With the record header, to the last of the lengths.
  static let headerByteCount = 11

  var version: UInt16
  /// Three bytes each.
  var cipherSuites: [UInt32]

  /// Whether a stream that begins so may begin with one; decided at the eleventh byte.
  static func mayBegin(_ header: [UInt8]) -> Bool {
    guard let last = header.last else { return true }
    switch header.count {
    case 1: return last >= 0x80
    case 3: return last == 1
    case 4: return last == 3 || last == 0
    case 5: return header[3] == 3 ? last <= 4 : last == 2
    case headerByteCount:
      let (suites, session, challenge) = (uint16(header, 5), uint16(header, 7), uint16(header, 9))
      return suites > 0 && suites % 3 == 0 && (session == 0 || session == 16) && (16...32).contains(challenge)
        && 9 + suites + session + challenge == messageByteCount(header)
    default: return true
    }
  }

  /// How long the message is, by its record header.
  static func messageByteCount(_ header: [UInt8]) -> Int {
    uint16(header, 0) & 0x7fff
  }

  /// Reads the message, without its record header, as far as it goes; nil where not even its version is there.
  init?(_ message: [UInt8]) {
    var reader = ByteReader(message)
    guard reader.uint8() == 1, let version = reader.uint16() else { return nil }
    self.version = version
    cipherSuites = []
    guard let byteCount = reader.uint16(), reader.read(4) != nil, var list = reader.part(Int(byteCount))
    else {
      return
    }
    while let suite = list.uint24() { cipherSuites.append(UInt32(suite)) }
  }

  private static func uint16(_ bytes: [UInt8], _ index: Int) -> Int {
    Int(bytes[index]) << 8 | Int(bytes[index + 1])
  }
}

extension TLSHelloFacts {
  /// What an SSL 2 ClientHello says; the fingerprints are not defined for it.
  init(_ hello: SSL2Hello) {
    let name = hello.version == 2 ? "SSLv2" : ClientHello.versionName(hello.version)
    self.init(serverName: nil, alpn: [], versions: [name], ja3: nil, ja4: nil)
  }
}
