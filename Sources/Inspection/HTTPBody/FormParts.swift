/// The parts of a form, collected within limits while their values pass.
struct FormParts {
  private let limits: BodyLimits
  private var kind: BodyForm.Kind
  private var kept: [BodyForm.Part] = []
  private var count = 0
  private var isKept = false

  init(_ kind: BodyForm.Kind, limits: BodyLimits) {
    self.kind = kind
    self.limits = limits
  }

  var form: BodyForm { BodyForm(kind: kind, parts: kept, partCount: count) }

  /// Begins a part whose value follows.
  mutating func begin(_ part: @autoclosure () -> BodyForm.Part) {
    count += 1
    isKept = kept.count < limits.partCount
    if isKept { kept.append(part()) }
  }

  /// Takes the next bytes of the newest part's value.
  mutating func add(_ bytes: Span<UInt8>) {
    guard isKept, let last = kept.indices.last else { return }
    kept[last].byteCount += UInt64(bytes.count)
    let room = limits.excerptByteCount - kept[last].excerpt.count
    for index in 0..<max(0, min(room, bytes.count)) { kept[last].excerpt.append(bytes[index]) }
  }

  mutating func add(_ byte: UInt8) {
    guard isKept, let last = kept.indices.last else { return }
    kept[last].byteCount += 1
    if kept[last].excerpt.count < limits.excerptByteCount { kept[last].excerpt.append(byte) }
  }
}
