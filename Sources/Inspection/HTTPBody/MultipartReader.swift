/// Reads the parts of a multipart body (RFC 2046 §5.1), a form among them (RFC 7578).
///
/// ```text
/// preamble → (--boundary) → header → (empty line) → value → (--boundary) → header …
///                                                         ↘ (--boundary--) → epilogue
/// ```
///
/// A boundary stands at the beginning of a line, and the line end before it belongs to it; a bare line feed will do.
final class MultipartReader: BodyReader {
  private enum State {
    case preamble
    case header(MultipartHeader)
    case value
    case epilogue
  }

  private static let mostPaddingBytes = 64

  private let limits: BodyLimits
  private let hasBoundary: Bool
  /// Whether the last boundary must come: not in a stream that replaces its parts until it is cut.
  private let mustEnd: Bool
  /// A line feed, two dashes and the boundary.
  private let delimiter: [UInt8]
  private var state: State = .preamble
  private var parts: FormParts
  private var isHeaderTooLong = false
  /// How much of the delimiter came, and whether a carriage return came before it.
  private var matchedCount = 1
  private var hasCarriageReturn = false
  /// Whether the line feed that was matched is none of the value: at its beginning, and at that of the body.
  private var isAtStart = true
  /// What came behind the whole delimiter, while it does not show whether it is one.
  private var tail: [UInt8] = []

  init(_ type: MediaType, limits: BodyLimits) {
    self.limits = limits
    let boundary = type.parameter("boundary") ?? []
    hasBoundary = !boundary.isEmpty && boundary.count <= limits.boundaryByteCount
    mustEnd = !equalsIgnoringCase(type.essence, Array("multipart/x-mixed-replace".utf8))
    delimiter = Array("\n--".utf8) + boundary
    parts = FormParts(.multipart, limits: limits)
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    guard hasBoundary else { return }
    var position = 0
    while position < bytes.count {
      switch state {
      case .preamble, .value:
        if matchedCount == 0, !hasCarriageReturn { position = passOverLine(bytes, position) }
        guard position < bytes.count else { return }
        match(bytes[position])
      case .header(var header):
        state = .epilogue
        receive(bytes[position], &header)
      case .epilogue: return
      }
      position += 1
    }
  }

  func finish(_ end: BodyEnd, into result: inout BodyResult) {
    guard hasBoundary else {
      return result.note(
        BodyProblem.boundaryMissing,
        "a multipart body without a boundary of 1 to \(limits.boundaryByteCount) bytes")
    }
    if end == .complete, mustEnd {
      if case .epilogue = state {
      } else {
        result.note(BodyProblem.multipartUnfinished, "the multipart body ends without its last boundary")
      }
    }
    flush()
    if isHeaderTooLong {
      result.note(
        BodyProblem.partHeaderTooLong,
        "fields of a part's header beyond \(limits.partHeaderByteCount) bytes are left out")
    }
    result.body.form = parts.form
  }

  private func receive(_ byte: UInt8, _ header: inout MultipartHeader) {
    guard header.receive(byte) else {
      state = .header(header)
      return
    }
    if header.isTooLong { isHeaderTooLong = true }
    let part = header.part
    parts.begin(part)
    state = .value
    // The boundary may follow at once, without a line end of its own.
    matchedCount = 1
    isAtStart = true
  }

  // MARK: Boundaries

  /// Takes bytes in which no boundary can begin; returns where it stopped.
  private func passOverLine(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r")
    {
      position += 1
    }
    if case .value = state, position > start { parts.add(bytes.extracting(start..<position)) }
    return position
  }

  private func match(_ byte: UInt8) {
    if matchedCount == delimiter.count {
      receiveBehindDelimiter(byte)
    } else if byte == delimiter[matchedCount] {
      matchedCount += 1
    } else {
      passOver(byte)
    }
  }

  /// The bytes so far are no boundary; a line feed within it can only be its first, so that none is hidden in them.
  private func passOver(_ byte: UInt8) {
    flush()
    switch byte {
    case UInt8(ascii: "\r"): hasCarriageReturn = true
    case UInt8(ascii: "\n"): matchedCount = 1
    default: if case .value = state { parts.add(byte) }
    }
  }

  /// Two dashes end the body, white space and a line end begin a part; anything else was no boundary.
  private func receiveBehindDelimiter(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\n"):
      guard tail.first != UInt8(ascii: "-") else { return passOver(byte) }
      reset()
      state = .header(MultipartHeader(limits: limits))
    case UInt8(ascii: "-") where tail == [UInt8(ascii: "-")]:
      reset()
      state = .epilogue
    case UInt8(ascii: "-") where tail.isEmpty: tail.append(byte)
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      let isPadding = tail.last.map(isWhitespace) ?? true
      guard isPadding, tail.count < MultipartReader.mostPaddingBytes else { return passOver(byte) }
      tail.append(byte)
    default: passOver(byte)
    }
  }

  /// Gives what was held for a boundary to the value.
  private func flush() {
    if case .value = state {
      if hasCarriageReturn { parts.add(UInt8(ascii: "\r")) }
      for byte in delimiter[min(isAtStart ? 1 : 0, matchedCount)..<matchedCount] { parts.add(byte) }
      for byte in tail { parts.add(byte) }
    }
    reset()
  }

  private func reset() {
    matchedCount = 0
    hasCarriageReturn = false
    isAtStart = false
    tail = []
  }
}
