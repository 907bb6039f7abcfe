import SessionEvents

/// Bytes of one direction that wait until it is known what they are.
struct HeldBytes {
  /// Bytes that were seen at one time.
  struct Run {
    var sighting: Sighting
    var bytes: [UInt8]
  }

  private(set) var runs: [Run] = []
  private(set) var byteCount = 0

  var isEmpty: Bool { runs.isEmpty }
  var first: UInt8? { runs.first?.bytes.first }

  /// What stands before the first space or line end.
  var firstWord: ArraySlice<UInt8> {
    (runs.first?.bytes ?? []).prefix { $0 > UInt8(ascii: " ") }
  }

  /// Whether more than one word stands in the first line.
  var hasWords: Bool {
    let line = (runs.first?.bytes ?? []).prefix { $0 != UInt8(ascii: "\n") }
    return line.contains(UInt8(ascii: " "))
  }

  mutating func append(_ bytes: ArraySlice<UInt8>, at sighting: Sighting) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    if runs.last?.sighting == sighting {
      runs[runs.count - 1].bytes += bytes
    } else {
      runs.append(Run(sighting: sighting, bytes: Array(bytes)))
    }
  }

  mutating func takeAll() -> [Run] {
    defer { self = HeldBytes() }
    return runs
  }
}
