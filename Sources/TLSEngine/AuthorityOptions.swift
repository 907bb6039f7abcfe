import COpenSSL
import Glibc
import SessionEvents

/// What a new CA is to be like.
public struct AuthorityOptions: Hashable, Sendable {
  /// Two and a quarter years: longer than most machines go between installations, so that nobody's network fails by
  /// surprise, and short enough that a CA which was forgotten in a trust store does not stand for a decade. (Clients
  /// limit the lifetime of leaves, not that of a CA that an administrator installed.)
  public static let defaultLifetimeDays = 825
  public static let lifetimeDaysRange = 1...3_650

  /// Days from now, within ``lifetimeDaysRange``.
  public var lifetimeDays: Int
  /// The subject's common name, 1 to 64 characters; nil makes one of the date, a random part and the host's name.
  public var commonName: String?
  /// All that the CA can sign for; empty: everything.
  public var permitted: [NameConstraint]

  public init(
    lifetimeDays: Int = defaultLifetimeDays, commonName: String? = nil, permitted: [NameConstraint] = []
  ) {
    self.lifetimeDays = lifetimeDays
    self.commonName = commonName
    self.permitted = permitted
  }

  /// `Wiretape CA 2026-11-24 7f3a01c5 on HOST`.
  static func generatedName() throws(TLSFailure) -> String {
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let stem = "Wiretape CA \(today()) \(try randomSuffix())"
    return name.isEmpty ? stem : String("\(stem) on \(name)".prefix(64))
  }

  static func today() -> String {
    let now = X509_gmtime_adj(nil, 0)
    defer { ASN1_TIME_free(now) }
    return CivilTime(Timestamp(daysAndSeconds: { wt_ASN1_TIME_since_1970(now, &$0, &$1) })).date
  }

  static func randomSuffix() throws(TLSFailure) -> String {
    try randomBytes(4).map { byte in (byte < 0x10 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
