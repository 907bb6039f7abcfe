/// How a report for people looks.
public struct ShowOptions: Hashable, Sendable {
  /// Whether to use terminal colours.
  public var color: Bool
  /// Columns of a line; longer ones continue, indented, on the next, but one address or URL is never cut.
  public var width: Int

  public init(color: Bool = false, width: Int = 100) {
    self.color = color
    self.width = width
  }
}
