/// Why compressed data gives nothing more.
public enum DecompressionDefect: Error, Hashable, Sendable {
  /// The file ends in the middle of it.
  case cutShort
  /// It is damaged, needs too much memory, or something else follows it; the library's text for it.
  case unreadable(String)
}

extension DecompressionDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cutShort: "is cut short"
    case .unreadable(let text): "cannot be decompressed (\(text))"
    }
  }
}
