/// Host names to treat alike: `example.com` is that name, `*.example.com` every name below it.
public struct HostPatterns: Hashable, Sendable {
  private let patterns: [String]

  public init(_ patterns: [String]) {
    self.patterns = patterns
  }

  /// The first pattern that the name or address matches, letter case and the root's dot at the end aside.
  func pattern(matching host: String) -> String? {
    let host = Self.normal(host)
    return patterns.first { pattern in
      let pattern = Self.normal(pattern)
      guard pattern.hasPrefix("*.") else { return host == pattern }
      return host.hasSuffix(pattern.dropFirst())
    }
  }

  private static func normal(_ host: String) -> String {
    let host = host.lowercased()
    return host.hasSuffix(".") ? String(host.dropLast()) : host
  }
}
