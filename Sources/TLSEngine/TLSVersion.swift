/// A TLS version that the engine speaks; the raw value is its number on the wire.
public enum TLSVersion: UInt16, Hashable, Comparable, Sendable, CaseIterable {
  case tls12 = 0x0303
  case tls13 = 0x0304

  public static func < (lhs: TLSVersion, rhs: TLSVersion) -> Bool {
    lhs.rawValue < rhs.rawValue
  }

  /// The versions to offer upstream for a client that offers these: what it offers, from TLS 1.2 on.
  ///
  /// `offered` is the ClientHello's supported_versions, or without that extension everything up to its
  /// legacy_version (see ``offered(legacy:)``). GREASE and unknown values are passed over.
  public static func range(offered: [UInt16]) throws(TLSFailure) -> ClosedRange<TLSVersion> {
    let known = offered.compactMap(TLSVersion.init(rawValue:))
    guard let lowest = known.min(), let highest = known.max() else { throw .unsupportedVersions(offered) }
    return lowest...highest
  }

  /// What a ClientHello without supported_versions offers: its legacy_version and all before it (RFC 8446 §4.2.1).
  public static func offered(legacy version: UInt16) -> [UInt16] {
    version >= tls12.rawValue ? [tls12.rawValue] : [version]
  }
}
