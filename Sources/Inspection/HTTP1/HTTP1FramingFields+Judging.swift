// What the receivers of a message may take differently, beyond how its body ends (RFC 9110 §17, RFC 9112 §11).
extension HTTP1FramingFields {
  /// Judges a request by its method, target, version and framing.
  func judgeRequest(
    _ line: HTTP1StartLine, _ framing: HTTP1Framing, note: (HTTP1Problem, String) -> Void
  ) {
    guard case .request(let method, let target, let version) = line else { return }
    judgeHost(method, target, version, note)
    if framing.mayHaveBody, HTTP1FramingFields.bodilessMethods.contains(method) {
      note(.bodyUnexpected, "\(excerpt(method)) with a body, which not every server reads")
    }
    if let option = connectionOptions.first(where: HTTP1FieldNames.isForAll) {
      note(.connectionOptionInvalid, "Connection names \(excerpt(option)), which is for all recipients")
    }
    if let other = expectations.first(where: { !$0.elementsEqual("100-continue".utf8) }) {
      note(.expectationUnknown, "Expect says \(excerpt(other)), not 100-continue")
    }
    judgeTwins(note)
  }

  /// Judges a response by its status.
  func judgeResponse(_ code: Int, note: (HTTP1Problem, String) -> Void) {
    judgeTwins(note)
    guard code < 200 || code == 204 else { return }
    // A length of zero is wrong, too (RFC 9110 §8.6), but harmless, and widely sent.
    let isHarmless = contentLengths.allSatisfy { $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    if !isHarmless || hasTransferEncoding {
      let field = hasTransferEncoding ? "Transfer-Encoding" : "Content-Length"
      note(.lengthUnexpected, "\(field) in a response of status \(code), which has no body")
    }
  }

  private static let bodilessMethods: Set<[UInt8]> = Set(
    ["GET", "HEAD", "TRACE", "CONNECT"].map { Array($0.utf8) })

  private func judgeTwins(_ note: (HTTP1Problem, String) -> Void) {
    for name in twins {
      let twin = String(decoding: HTTP1FieldNames.twin(of: name) ?? [], as: UTF8.self)
      note(.fieldNameAmbiguous, "some servers take \(excerpt(name)) for \(twin)")
    }
  }

  // MARK: Host

  private func judgeHost(
    _ method: [UInt8], _ target: [UInt8], _ version: String, _ note: (HTTP1Problem, String) -> Void
  ) {
    guard let host = hosts.first else {
      if version == "1.1" { note(.hostMissing, "a request of HTTP/1.1 must have a Host field") }
      return
    }
    if hosts.count > 1 { note(.hostRepeated, "Host is given \(hosts.count) times") }
    if !host.allSatisfy(HTTP1FramingFields.isHostByte) {
      note(.hostInvalid, "Host \(excerpt(host)) is no host and port")
    }
    guard target.first != UInt8(ascii: "/") else { return }
    let place = HTTP1Target(target, method: method, host: nil)
    guard let authority = place.authority else { return }
    let isSame =
      place.scheme == nil
      ? HTTP1FramingFields.withoutPort(authority) == HTTP1FramingFields.withoutPort(host)
      : HTTP1FramingFields.normalized(authority, place.scheme)
        == HTTP1FramingFields.normalized(host, place.scheme)
    if !isSame { note(.hostMismatch, "Host is \(excerpt(host)), and the target is of \(excerpt(authority))") }
  }

  /// RFC 3986 §3.2.2 and §3.2.3, without the comma, at which some servers part the value.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~!$&'()*+;=%[]:".utf8.contains(byte)
    }
  }

  /// A tunnel's target always has a port, and many clients leave it out in Host.
  private static func withoutPort(_ authority: [UInt8]) -> [UInt8] {
    var host = authority[...]
    let digits = host.reversed().prefix(while: isDigit).count
    if host.dropLast(digits).last == UInt8(ascii: ":") { host = host.dropLast(digits + 1) }
    return host.map(lowercased)
  }

  /// In lower case, without a port that the scheme has anyway (RFC 3986 §6.2.3).
  private static func normalized(_ authority: [UInt8], _ scheme: String?) -> [UInt8] {
    let usual = Array((scheme == "https" ? ":443" : ":80").utf8)
    if authority.suffix(usual.count).elementsEqual(usual) || authority.last == UInt8(ascii: ":") {
      return withoutPort(authority)
    }
    return authority.map(lowercased)
  }
}
