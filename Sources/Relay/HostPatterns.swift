/// Host names to treat alike: `example.com` is that name, `*.example.com` every name below it.
public struct HostPatterns: Hashable, Sendable {
  private let patterns: [String]

  public init(_ patterns: [String]) {
    self.patterns = patterns
  }

  /// The first pattern that the name or address matches, letter case aside.
  func pattern(matching host: String) -> String? {
    let host = host.lowercased()
    return patterns.first { pattern in
      let pattern = pattern.lowercased()
      guard pattern.hasPrefix("*.") else { return host == pattern }
      return host.hasSuffix(pattern.dropFirst())
    }
  }
}
