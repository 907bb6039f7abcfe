/// How exports are made.
public struct ExportOptions: Hashable, Sendable {
  /// Bytes of one body that are written, of a longer one none; nil for any number.
  public var bodyLimit: Int?
  /// Whether secrets are replaced by a word.
  public var isRedacted: Bool
  /// This program's version.
  public var version: String
  /// The capture's name, for titles.
  public var title: String

  public init(bodyLimit: Int?, isRedacted: Bool, version: String, title: String) {
    self.bodyLimit = bodyLimit
    self.isRedacted = isRedacted
    self.version = version
    self.title = title
  }
}
