import SessionEvents

/// Collects the field lines of a header or trailer section (RFC 9112 §5), within limits.
struct HTTP1FieldSection {
  private let limits: HTTP1Limits
  private let direction: Direction
  private(set) var fields: [HTTPField] = []
  private var byteCount = 0
  private var isFull = false

  init(limits: HTTP1Limits, direction: Direction) {
    self.limits = limits
    self.direction = direction
  }

  /// Takes a line that is not empty.
  mutating func receive(_ line: HTTP1Lines.Line, _ findings: inout FindingList) {
    let text = line.text
    byteCount += text.count
    func note(_ problem: HTTP1Problem, _ index: Int, _ detail: @autoclosure () -> String) {
      // The detail is only made for a finding that is kept.
      findings.append(problem.at(line.offset(at: index), detail(), in: direction))
    }
    guard byteCount <= limits.sectionByteCount else {
      if byteCount - text.count <= limits.sectionByteCount {
        note(.sectionTooLong, text.startIndex, "fields beyond \(limits.sectionByteCount) bytes are left out")
      }
      return
    }
    guard let first = text.first, !isWhitespace(first) else {
      return fold(line, &findings)
    }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
      return note(.fieldWithoutColon, text.startIndex, "\(excerpt(text)) is no field line")
    }
    let name = text[..<colon].trimmingWhitespace
    if name.endIndex != colon {
      note(.spaceBeforeColon, name.endIndex, "white space between the name \(excerpt(name)) and the colon")
    }
    if name.isEmpty || !name.allSatisfy(isTokenByte) {
      note(.fieldNameInvalid, text.startIndex, "\(excerpt(name)) is no field name")
    }
    checkValue(text[(colon + 1)...], note: note)
    guard fields.count < limits.fieldCount else {
      if !isFull {
        isFull = true
        note(.tooManyFields, text.startIndex, "fields beyond \(limits.fieldCount) are left out")
      }
      return
    }
    if fields.isEmpty { fields.reserveCapacity(8) }
    fields.append(HTTPField(name: Array(name), value: Array(text[(colon + 1)...].trimmingWhitespace)))
  }

  /// Joins a line that begins with white space to the field before it (RFC 9112 §5.2).
  private mutating func fold(_ line: HTTP1Lines.Line, _ findings: inout FindingList) {
    let text = line.text
    guard !fields.isEmpty else {
      let detail = "white space before the first field: \(excerpt(text))"
      return findings.append(HTTP1Problem.leadingWhitespace.at(line.offset, detail, in: direction))
    }
    let detail = "the value of \(excerpt(fields[fields.count - 1].name)) goes on in the next line"
    findings.append(HTTP1Problem.obsoleteFold.at(line.offset, detail, in: direction))
    checkValue(text) { problem, index, detail in
      findings.append(problem.at(line.offset(at: index), detail(), in: direction))
    }
    if !fields[fields.count - 1].value.isEmpty { fields[fields.count - 1].value.append(UInt8(ascii: " ")) }
    fields[fields.count - 1].value += text.trimmingWhitespace
  }

  private func checkValue(
    _ value: ArraySlice<UInt8>, note: (HTTP1Problem, Int, @autoclosure () -> String) -> Void
  ) {
    // One pass that nearly always finds nothing; a second one only where it does.
    guard holdsControls(value.span) else { return }
    for index in value.indices {
      let byte = value[index]
      if byte == UInt8(ascii: "\r") {
        note(.bareCR, index, "a carriage return that no line feed follows")
      } else if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
        note(.fieldValueInvalid, index, "control character \(byte) in a field value")
      }
    }
  }
}
