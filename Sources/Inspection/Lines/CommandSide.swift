import SessionEvents

/// One direction of a session whose protocol consists of lines, with payloads between them.
final class CommandSide {
  /// What the next bytes are.
  enum Mode {
    case lines
    /// Not known before the other side's next reply.
    case held
    /// So many bytes of a payload.
    case counted(UInt64)
    /// A payload that ends with a dot.
    case dots
    /// Nothing that is read.
    case passing
  }

  let direction: Direction
  var mode: Mode = .lines
  var lines: LineReader
  var dots = DotReader()
  var held = HeldBytes()
  let meter: BodyMeter
  /// Whether the payload is measured, rather than passed over.
  var isMeasuring = false
  /// Where its bytes on the wire begin.
  var payloadStart: UInt64 = 0
  /// Whether bytes of the payload are missing, perhaps its end among them.
  var hasPayloadGap = false
  private var collected: [UInt8] = []
  private var collectedLimit = 0
  /// Since which offset a line that fits is looked for, because bytes are missing.
  var searchStart: UInt64?
  /// The stream offset of the next byte.
  private(set) var offset: UInt64 = 0
  /// Bytes taken, without missing ones.
  private(set) var seen: UInt64 = 0

  init(_ direction: Direction, _ environment: InspectionEnvironment) {
    self.direction = direction
    lines = LineReader(limit: environment.limits.commands.textByteCount)
    meter = BodyMeter(environment, direction: direction)
  }

  /// Measures bytes of the payload; nobody reads what is in them.
  func measure(_ bytes: Span<UInt8>, at sighting: Sighting) {
    guard isMeasuring else { return }
    meter.update(bytes, at: sighting) { _ in }
  }

  /// A list follows, of which the first bytes are kept.
  func collect(upTo limit: Int) {
    collected = []
    collectedLimit = max(0, limit)
    payloadStart = offset
    hasPayloadGap = false
    mode = .dots
  }

  func collect(_ text: Span<UInt8>) {
    let count = min(text.count, collectedLimit - collected.count)
    for index in 0..<max(0, count) { collected.append(text[index]) }
  }

  /// The text and the lines that were collected behind it, joined by line feeds.
  func takeCollected(after text: [UInt8]) -> [UInt8] {
    defer {
      collected = []
      collectedLimit = 0
    }
    guard !collected.isEmpty else { return text }
    var joined = text + [UInt8(ascii: "\n")] + collected.filter { $0 != UInt8(ascii: "\r") }
    if joined.last == UInt8(ascii: "\n") { joined.removeLast() }
    return joined
  }

  func count(_ byteCount: Int) {
    offset += UInt64(byteCount)
    seen += UInt64(byteCount)
  }

  func countMissing(_ byteCount: UInt64) {
    offset += byteCount
  }
}
