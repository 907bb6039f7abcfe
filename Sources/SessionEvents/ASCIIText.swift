/// What can be written as ASCII text that needs no escaping anywhere, without making a string first.
///
/// Reports write millions of these.
public protocol ASCIIText {
  /// Appends the text that `description` is.
  func write(into text: inout [UInt8])
}

extension ASCIIText {
  /// The text as a string.
  var asciiDescription: String {
    var text: [UInt8] = []
    text.reserveCapacity(48)
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a decimal number, with leading zeros where it has fewer digits; at most 20.
  mutating func append(decimal value: UInt64, digits: Int = 1) {
    append(addingCapacity: 20) { appendDecimal(value, digits: digits, to: &$0) }
  }
}

/// Appends a decimal number, with leading zeros where it has fewer digits; at most 20.
func appendDecimal(_ value: UInt64, digits: Int = 1, to text: inout OutputSpan<UInt8>) {
  var reversed = InlineArray<20, UInt8>(repeating: 0x30)
  var rest = value
  var count = 0
  while rest > 0 || count < digits {
    reversed[count] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
    rest /= 10
    count += 1
  }
  while count > 0 {
    count -= 1
    text.append(reversed[count])
  }
}
