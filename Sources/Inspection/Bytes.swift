/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool {
  // One bit for each of the 128 ASCII characters.
  let low: UInt64 = 0x03ff_6cfa_0000_0000
  let high: UInt64 = 0x57ff_ffff_c7ff_fffe
  if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
  return byte < 128 && high >> UInt64(byte - 64) & 1 == 1
}

/// Whether any of the bytes is a control character, horizontal tab included (RFC 5234 §B.1: CTL).
func holdsControls(_ bytes: Span<UInt8>) -> Bool {
  var isFound = false
  // No early exit: the loop is vectorised.
  for index in bytes.indices { isFound = isFound || bytes[index] < 0x20 || bytes[index] == 0x7f }
  return isFound
}

func isDigit(_ byte: UInt8) -> Bool {
  byte >= 0x30 && byte <= 0x39
}

/// Space or horizontal tab (RFC 9110 §5.6.3).
func isWhitespace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09
}

/// The value of a hexadecimal digit.
func hexadecimalValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}

/// The value of decimal digits; nil where there are none, something else, or more than 2^63 - 1.
func decimal(_ digits: some Collection<UInt8>) -> UInt64? {
  guard !digits.isEmpty, digits.count <= 19, digits.allSatisfy(isDigit) else { return nil }
  let value = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
  return value <= UInt64(Int64.max) ? value : nil
}

/// Whether two texts are the same but for the case of ASCII letters.
func equalsIgnoringCase(_ text: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
  text.count == other.count && zip(text, other).allSatisfy { $0 == $1 || lowercased($0) == lowercased($1) }
}

/// Whether two texts are the same but for the case of ASCII letters.
func equalsIgnoringCase(_ text: String, _ other: String) -> Bool {
  if text == other { return true }
  let (text, other) = (text.utf8.span, other.utf8.span)
  guard text.count == other.count else { return false }
  for index in text.indices where lowercased(text[index]) != lowercased(other[index]) { return false }
  return true
}

func lowercased(_ byte: UInt8) -> UInt8 {
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

extension ArraySlice<UInt8> {
  /// Without spaces and tabs at its ends.
  var trimmingWhitespace: ArraySlice<UInt8> {
    var lower = startIndex
    var upper = endIndex
    while lower < upper, isWhitespace(self[lower]) { lower += 1 }
    while upper > lower, isWhitespace(self[upper - 1]) { upper -= 1 }
    return self[lower..<upper]
  }
}

/// Bytes for people to read in a finding: at most 40, others than printable ASCII escaped as `\xNN`.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
  var text = "\""
  for byte in bytes.prefix(40) {
    if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "\"") {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
  return text + (bytes.count > 40 ? "\"…" : "\"")
}
