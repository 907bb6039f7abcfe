import SessionEvents

/// The readable part of an X.509 certificate (RFC 5280 §4.1).
///
/// ```text
/// Certificate ::= SEQUENCE { SEQUENCE { [0] version, serial, algorithm, issuer, SEQUENCE { notBefore, notAfter },
///                                       subject, key, …, [3] extensions }, algorithm, signature }
/// ```
///
/// Texts are those of `openssl x509 -nameopt RFC2253,-esc_msb`. What can be read before a break is kept, and `problem`
/// says what cannot; nothing is verified.
struct X509Certificate {
  private(set) var subject = ""
  private(set) var issuer = ""
  private(set) var names: [String] = []
  private(set) var notBefore = Timestamp(nanoseconds: 0)
  private(set) var notAfter = Timestamp(nanoseconds: 0)
  /// The part that could not be read: `subject`; nil where all could.
  private(set) var problem: String?
  private let limits: TLSLimits

  /// Reads the certificate that `range` of `bytes` holds.
  init(_ bytes: [UInt8], _ range: Range<Int>, limits: TLSLimits) {
    self.limits = limits
    var outermost = DERReader(bytes, range)
    guard var certificate = outermost.enter(DERReader.Tag.sequence),
      var body = certificate.enter(DERReader.Tag.sequence)
    else {
      problem = "certificate"
      return
    }
    readBody(&body)
    if certificate.next(DERReader.Tag.sequence) == nil || certificate.next(DERReader.Tag.bitString) == nil {
      note("signature")
    } else if !certificate.isAtEnd || !outermost.isAtEnd {
      note("end")
    }
  }

  /// What is told of it; without digests, no SHA-256.
  func facts(sha256: [UInt8]) -> CertificateFacts {
    CertificateFacts(
      subject: subject, issuer: issuer, names: names, notBefore: notBefore, notAfter: notAfter, sha256: sha256
    )
  }

  // MARK: Parsing

  private mutating func note(_ part: String) {
    if problem == nil { problem = part }
  }

  private mutating func readBody(_ body: inout DERReader) {
    if body.nextTag == DERReader.Tag.constructedContext(0), body.next() == nil { return note("version") }
    guard body.next(DERReader.Tag.integer) != nil else { return note("serial number") }
    guard body.next(DERReader.Tag.sequence) != nil else { return note("algorithm") }
    guard let issuer = name(&body) else { return note("issuer") }
    self.issuer = issuer
    guard var validity = body.enter(DERReader.Tag.sequence) else { return note("validity") }
    readValidity(&validity)
    guard let subject = name(&body) else { return note("subject") }
    self.subject = subject
    guard body.next(DERReader.Tag.sequence) != nil else { return note("key") }
    while let tag = body.nextTag {
      guard let element = body.next() else { return note("extensions") }
      if tag == DERReader.Tag.constructedContext(3) {
        var extensions = DERReader(body.bytes, element.content)
        readExtensions(&extensions)
      }
    }
  }

  private func name(_ body: inout DERReader) -> String? {
    guard let element = body.next(DERReader.Tag.sequence) else { return nil }
    return X509Name.text(body.bytes, element.content, limit: limits.certificateNameLength)
  }

  private mutating func readValidity(_ validity: inout DERReader) {
    if let begin = X509Time.timestamp(&validity) { notBefore = begin } else { note("validity") }
    if let end = X509Time.timestamp(&validity) { notAfter = end } else { note("validity") }
  }

  private mutating func readExtensions(_ reader: inout DERReader) {
    guard var list = reader.enter(DERReader.Tag.sequence) else { return note("extensions") }
    while !list.isAtEnd {
      guard var item = list.enter(DERReader.Tag.sequence),
        let identifier = item.next(DERReader.Tag.objectIdentifier)
      else { return note("extensions") }
      _ = item.next(DERReader.Tag.boolean)
      guard let value = item.next(DERReader.Tag.octetString) else { return note("extensions") }
      // subjectAltName, 2.5.29.17
      if list.bytes[identifier.content].elementsEqual([0x55, 0x1d, 0x11]) {
        var names = DERReader(list.bytes, value.content)
        readAlternativeNames(&names)
      }
    }
  }

  /// The DNS names and IP addresses among the general names (RFC 5280 §4.2.1.6).
  private mutating func readAlternativeNames(_ reader: inout DERReader) {
    guard var list = reader.enter(DERReader.Tag.sequence) else { return note("subject alternative name") }
    var count = 0
    while !list.isAtEnd, count < limits.certificateNameCount {
      guard let name = list.next() else { return note("subject alternative name") }
      count += 1
      switch name.tag {
      case DERReader.Tag.context(2):
        names.append(X509Certificate.printable(list.bytes[name.content].prefix(limits.certificateNameLength)))
      case DERReader.Tag.context(7):
        guard let address = IPAddress(networkBytes: list.bytes[name.content]) else {
          note("subject alternative name")
          continue
        }
        names.append(address.description)
      default: break
      }
    }
  }

  /// The bytes as text; each that is no printable ASCII, and the backslash, as `\xNN`.
  private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "\\") {
        text.append(byte)
      } else {
        text += "\\x".utf8
        text += DNSDataReader.hexadecimal([byte], upperCase: false).utf8
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
