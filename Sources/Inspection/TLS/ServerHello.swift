/// A parsed ServerHello (RFC 8446 §4.1.3), of any version from SSL 3 to TLS 1.3.
///
/// As tolerant as `ClientHello`: what came before a break is kept, and `malformation` says where it is.
struct ServerHello: Hashable {
  private(set) var legacyVersion: UInt16 = 0
  private(set) var sessionID: [UInt8] = []
  /// Nil where the message breaks off before it.
  private(set) var cipherSuite: UInt16?
  /// Extension types in the order sent.
  private(set) var extensions: [UInt16] = []
  /// The protocol that was chosen (RFC 7301).
  private(set) var alpn: [UInt8]?
  /// Of `supported_versions`, which TLS 1.3 and later choose by.
  private(set) var selectedVersion: UInt16?
  /// Whether it asks for another ClientHello (RFC 8446 §4.1.4).
  private(set) var isRetryRequest = false
  private(set) var malformation: ClientHello.Malformation?

  /// SHA-256 of `HelloRetryRequest`, in the place of the random value (RFC 8446 §4.1.3).
  private static let retryRandom: [UInt8] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
  ]

  /// Parses a handshake message, type and length included; nil where it is no ServerHello at all.
  init?(handshake: [UInt8]) {
    var message = ByteReader(handshake)
    guard message.uint8() == 2, let length = message.uint24() else { return nil }
    guard var body = message.part(length) else {
      var rest = ByteReader(handshake, message.position..<handshake.count)
      readBody(&rest)
      note("length", at: 1)
      return
    }
    readBody(&body)
  }

  var version: UInt16 { selectedVersion ?? legacyVersion }

  /// Whether the rest of the handshake is encrypted: TLS 1.3, and its drafts.
  var isTLS13: Bool { version == 0x0304 || version >> 8 == 0x7f }

  /// Whether it goes on with a key that both sides had before (RFC 8446 §4.2.11).
  var usesPresharedKey: Bool { extensions.contains(41) }

  // MARK: Parsing

  private mutating func note(_ part: String, at offset: Int) {
    if malformation == nil { malformation = ClientHello.Malformation(offset: offset, part: part) }
  }

  private mutating func readBody(_ body: inout ByteReader) {
    guard let version = body.uint16() else { return note("legacy_version", at: body.position) }
    legacyVersion = version
    guard let random = body.read(32) else { return note("random", at: body.position) }
    isRetryRequest = random.elementsEqual(Self.retryRandom)
    // Drafts of TLS 1.3 before the 22nd had neither session id nor compression method.
    let isEarlyDraft = version >> 8 == 0x7f && version & 0xff < 22
    if !isEarlyDraft {
      guard var id = body.vector8() else { return note("legacy_session_id_echo", at: body.position) }
      sessionID = Array(id.readRest())
    }
    guard let suite = body.uint16() else { return note("cipher_suite", at: body.position) }
    cipherSuite = suite
    if !isEarlyDraft {
      guard body.uint8() != nil else { return note("legacy_compression_method", at: body.position) }
    }
    // Before TLS 1.3 the extensions may be absent altogether (RFC 5246 §7.4.1.3).
    guard !body.isAtEnd else { return }
    guard var list = body.vector16() else { return note("extensions", at: body.position) }
    readExtensions(&list)
    if !body.isAtEnd { note("bytes after the extensions", at: body.position) }
  }

  private mutating func readExtensions(_ list: inout ByteReader) {
    while !list.isAtEnd {
      guard let type = list.uint16(), var data = list.vector16() else {
        return note("extension", at: list.position)
      }
      extensions.append(type)
      let start = data.position
      switch type {
      case 16:
        guard var ids = data.vector16(), var id = ids.vector8() else {
          note("alpn", at: start)
          continue
        }
        alpn = Array(id.readRest())
      case 43:
        guard let version = data.uint16() else {
          note("supported_versions", at: start)
          continue
        }
        selectedVersion = version
      default: break
      }
    }
  }
}

extension ServerHello {
  /// The text whose MD5 is JA3S: version, cipher suite and extensions, in decimal, in the order sent.
  var ja3sText: String {
    let types = extensions.map { String($0) }.joined(separator: "-")
    return "\(legacyVersion),\(cipherSuite.map { String($0) } ?? ""),\(types)"
  }
}

extension TLSServerHelloFacts {
  /// What a ServerHello says; without digests, no fingerprint.
  init(_ hello: ServerHello, digests: (any DigestService)?) {
    self.init(
      version: ClientHello.versionName(hello.version), cipher: hello.cipherSuite.map(TLSCipherSuites.name),
      alpn: hello.alpn, isRetryRequest: hello.isRetryRequest,
      ja3s: digests.flatMap { $0.makeMD5() }.map { hexadecimalDigest(of: hello.ja3sText, $0) })
  }
}
