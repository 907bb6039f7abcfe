/// A parsed ClientHello (RFC 8446 §4.1.2), of any version from SSL 3 to TLS 1.3.
///
/// Parsing is tolerant: where the message breaks off or contradicts itself, what came before is kept and
/// `malformation` says where. GREASE values (RFC 8701) stay in the lists as sent.
public struct ClientHello: Hashable, Sendable {
  public private(set) var legacyVersion: UInt16 = 0
  public private(set) var cipherSuites: [UInt16] = []
  public private(set) var compressionMethods: [UInt8] = []
  /// Extension types in the order sent.
  public private(set) var extensions: [UInt16] = []
  /// The first host name of `server_name` (RFC 6066 §3); nil where none or an empty one was sent.
  public private(set) var serverName: String?
  /// Protocol ids of `application_layer_protocol_negotiation` (RFC 7301), as sent.
  public private(set) var alpn: [[UInt8]] = []
  /// Of `supported_versions`; empty where the extension is absent.
  public private(set) var supportedVersions: [UInt16] = []
  public private(set) var supportedGroups: [UInt16] = []
  public private(set) var pointFormats: [UInt8] = []
  public private(set) var signatureAlgorithms: [UInt16] = []
  public private(set) var malformation: Malformation?

  /// Where a ClientHello stops making sense.
  public struct Malformation: Hashable, Sendable {
    /// Bytes from the start of the handshake message.
    public var offset: Int
    /// The part that could not be read: `cipher_suites`.
    public var part: String
  }

  /// Parses a handshake message, type and length included; nil where it is no ClientHello at all.
  public init?(handshake: [UInt8]) {
    var message = ByteReader(handshake)
    guard message.uint8() == 1, let length = message.uint24() else { return nil }
    guard var body = message.part(length) else {
      var rest = ByteReader(handshake, message.position..<handshake.count)
      readBody(&rest)
      note("length", at: 1)
      return
    }
    readBody(&body)
  }

  /// The offered versions: those of `supported_versions`, else the legacy version; GREASE left out.
  public var offeredVersions: [UInt16] {
    supportedVersions.isEmpty
      ? [legacyVersion] : supportedVersions.filter { !ClientHello.isGREASE($0) }
  }

  /// Whether the lists that fingerprints are made of could be read, if not what single extensions say.
  var isFingerprintable: Bool {
    let lists = [
      "legacy_version", "random", "legacy_session_id", "cipher_suites", "compression_methods", "extensions",
      "extension",
    ]
    return malformation.map { !lists.contains($0.part) } ?? true
  }

  /// Whether a value is reserved to keep peers tolerant of unknown ones (RFC 8701 §2).
  static func isGREASE(_ value: UInt16) -> Bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
  }

  // MARK: Parsing

  private mutating func note(_ part: String, at offset: Int) {
    if malformation == nil { malformation = Malformation(offset: offset, part: part) }
  }

  private mutating func readBody(_ body: inout ByteReader) {
    guard let version = body.uint16() else { return note("legacy_version", at: body.position) }
    legacyVersion = version
    guard body.read(32) != nil else { return note("random", at: body.position) }
    guard body.vector8() != nil else { return note("legacy_session_id", at: body.position) }
    guard let suitesLength = body.uint16() else { return note("cipher_suites", at: body.position) }
    guard let suites = body.part(Int(suitesLength)) else {
      note("cipher_suites", at: body.position)
      cipherSuites = list16(body, "cipher_suites")
      return
    }
    cipherSuites = list16(suites, "cipher_suites")
    guard var methods = body.vector8() else { return note("compression_methods", at: body.position) }
    compressionMethods = Array(methods.readRest())
    // Before TLS 1.3 the extensions may be absent altogether (RFC 5246 §7.4.1.2).
    guard !body.isAtEnd else { return }
    guard var list = body.vector16() else {
      note("extensions", at: body.position)
      return
    }
    readExtensions(&list)
    if !body.isAtEnd { note("bytes after the extensions", at: body.position) }
  }

  private mutating func readExtensions(_ list: inout ByteReader) {
    while !list.isAtEnd {
      guard let type = list.uint16(), let data = list.vector16() else {
        return note("extension", at: list.position)
      }
      extensions.append(type)
      readExtension(type, data)
    }
  }

  private mutating func readExtension(_ type: UInt16, _ data: ByteReader) {
    var data = data
    let start = data.position
    switch type {
    case 0: readServerName(&data)
    case 10:
      guard let list = data.vector16() else { return note("supported_groups", at: start) }
      supportedGroups = list16(list, "supported_groups")
    case 11:
      guard var list = data.vector8() else { return note("ec_point_formats", at: start) }
      pointFormats = Array(list.readRest())
    case 13:
      guard let list = data.vector16() else { return note("signature_algorithms", at: start) }
      signatureAlgorithms = list16(list, "signature_algorithms")
    case 16: readALPN(&data)
    case 43:
      guard let list = data.vector8() else { return note("supported_versions", at: start) }
      supportedVersions = list16(list, "supported_versions")
    default: break
    }
  }

  private mutating func readServerName(_ data: inout ByteReader) {
    let start = data.position
    guard var list = data.vector16() else { return note("server_name", at: start) }
    while !list.isAtEnd {
      guard let type = list.uint8(), var name = list.vector16() else {
        return note("server_name", at: list.position)
      }
      let bytes = name.readRest()
      if type == 0, serverName == nil, !bytes.isEmpty { serverName = String(decoding: bytes, as: UTF8.self) }
    }
  }

  private mutating func readALPN(_ data: inout ByteReader) {
    let start = data.position
    guard var list = data.vector16() else { return note("alpn", at: start) }
    while !list.isAtEnd {
      guard var id = list.vector8() else { return note("alpn", at: list.position) }
      alpn.append(Array(id.readRest()))
    }
  }

  private mutating func list16(_ reader: ByteReader, _ part: String) -> [UInt16] {
    var reader = reader
    var values: [UInt16] = []
    while let value = reader.uint16() { values.append(value) }
    if !reader.isAtEnd { note(part, at: reader.position) }
    return values
  }
}
