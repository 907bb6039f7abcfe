extension Array where Element == UInt8 {
  /// Reads bytes from hexadecimal digits; white space between them is skipped.
  public init(hex text: String) {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in text where !digit.isWhitespace {
      guard let value = digit.hexDigitValue.map({ UInt8($0) }) else {
        preconditionFailure("\(digit) is no hexadecimal digit")
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    precondition(high == nil, "an odd number of hexadecimal digits")
    self = bytes
  }

  /// Lower-case hexadecimal digits.
  public var hexText: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
