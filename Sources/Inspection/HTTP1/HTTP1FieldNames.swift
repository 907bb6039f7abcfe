/// Field names that are known to HTTP/1 itself, in lower case.
enum HTTP1FieldNames {
  static let host = Array("host".utf8)
  static let expect = Array("expect".utf8)
  static let upgrade = Array("upgrade".utf8)
  static let connection = Array("connection".utf8)
  static let contentLength = Array("content-length".utf8)
  static let contentEncoding = Array("content-encoding".utf8)
  static let transferEncoding = Array("transfer-encoding".utf8)

  /// Fields that say how a message is framed, routed or read (RFC 9110 §6.5.1).
  private static let notInTrailers: Set<[UInt8]> = Set(
    [
      "authorization", "connection", "content-encoding", "content-length", "content-range", "content-type",
      "cookie",
      "host", "set-cookie", "te", "trailer", "transfer-encoding",
    ].map { Array($0.utf8) })

  /// Fields for all recipients, which somebody on the way would remove if Connection named them (RFC 9110 §7.6.1).
  private static let notHopByHop: Set<[UInt8]> = Set(
    [
      "authorization", "cache-control", "content-encoding", "content-length", "content-type", "cookie",
      "forwarded",
      "host", "origin", "range", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    ].map { Array($0.utf8) })

  static func mustNotTrail(_ name: [UInt8]) -> Bool {
    notInTrailers.contains(name.map(lowercased))
  }

  /// Whether Connection must not name the field, given in lower case.
  static func isForAll(_ name: [UInt8]) -> Bool {
    notHopByHop.contains(name)
  }

  /// The field that some servers take a name for, because they tell no underscore from a hyphen.
  static func twin(of name: [UInt8]) -> [UInt8]? {
    let hyphenated = name.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : lowercased($0) }
    return hyphenated == contentLength || hyphenated == transferEncoding ? hyphenated : nil
  }
}
