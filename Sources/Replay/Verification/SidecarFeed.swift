import CaptureFile

/// The lines of a sidecar in order, and a look at some of those ahead.
struct SidecarFeed: ~Copyable {
  /// Lines that are looked at ahead of their turn.
  private static let reach = 64
  /// Lines that may be unreadable before the rest is given up.
  private static let errorLimit = 64

  let path: String
  /// What the header says of the packets' framing: `raw`, `ethernet`; nil where the file is cut off before.
  let linkType: String?
  private var reader: SidecarReader
  private var lines: [SidecarLine] = []
  private var isAtEnd = false
  /// What is wrong with lines that cannot be read.
  private(set) var defects: [String] = []
  var isCutShort: Bool { reader.isCutShort }

  init(path: String) throws(CaptureError) {
    self.path = path
    reader = try SidecarReader(path: path)
    linkType = reader.header?.linkType
  }

  /// The next line; nil at the end.
  mutating func peek() -> SidecarLine? {
    fill(1)
    return lines.first
  }

  mutating func next() -> SidecarLine? {
    fill(1)
    return lines.isEmpty ? nil : lines.removeFirst()
  }

  /// How many lines stand before the first that `isWanted`, if it is not too far ahead.
  mutating func distance(to isWanted: (SidecarLine) -> Bool) -> Int? {
    fill(Self.reach)
    return lines.firstIndex(where: isWanted)
  }

  private mutating func fill(_ count: Int) {
    while lines.count < count, !isAtEnd {
      do throws(CaptureError) {
        if let line = try reader.next() { lines.append(line) } else { isAtEnd = true }
      } catch {
        defects.append("\(error)")
        if defects.count >= Self.errorLimit { isAtEnd = true }
      }
    }
  }
}
