/// Reads `name=value&name=value`, percent-encoded (WHATWG URL §5.1).
final class URLEncodedFormReader: BodyReader {
  private enum Place {
    case start
    case name
    case value
  }

  private enum Escape {
    case none
    case percent
    case digit(UInt8)
  }

  private let limits: BodyLimits
  private var parts: FormParts
  private var place: Place = .start
  private var escape: Escape = .none
  private var name: [UInt8] = []

  init(limits: BodyLimits) {
    self.limits = limits
    parts = FormParts(.urlEncoded, limits: limits)
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    for index in bytes.indices { receive(bytes[index]) }
  }

  func finish(_ end: BodyEnd, into result: inout BodyResult) {
    endEscape()
    endPart()
    result.body.form = parts.form
  }

  private func receive(_ byte: UInt8) {
    switch escape {
    case .none: break
    case .percent where hexadecimalValue(byte) != nil:
      escape = .digit(byte)
      return
    case .digit(let first):
      guard let high = hexadecimalValue(first), let low = hexadecimalValue(byte) else { fallthrough }
      escape = .none
      return add(high << 4 | low)
    case .percent: endEscape()
    }
    switch byte {
    case UInt8(ascii: "&"): endPart()
    case UInt8(ascii: "="): receiveEqualsSign()
    case UInt8(ascii: "%"):
      if case .start = place { place = .name }
      escape = .percent
    case UInt8(ascii: "+"): add(UInt8(ascii: " "))
    default: add(byte)
    }
  }

  private func receiveEqualsSign() {
    if case .value = place { return add(UInt8(ascii: "=")) }
    beginValue()
  }

  /// A per cent sign that no two hexadecimal digits follow stands for itself.
  private func endEscape() {
    switch escape {
    case .none: return
    case .percent: add(UInt8(ascii: "%"))
    case .digit(let first):
      add(UInt8(ascii: "%"))
      add(first)
    }
    escape = .none
  }

  private func add(_ byte: UInt8) {
    switch place {
    case .start, .name:
      place = .name
      if name.count < limits.nameByteCount { name.append(byte) }
    case .value: parts.add(byte)
    }
  }

  private func beginValue() {
    place = .value
    parts.begin(BodyForm.Part(name: name, byteCount: 0, excerpt: []))
    name = []
  }

  private func endPart() {
    // Nothing between two ampersands is no part.
    if case .name = place { beginValue() }
    place = .start
  }
}
