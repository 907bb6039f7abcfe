/// The digits of a number, without a leading zero.
struct DecimalDigits {
  /// Of 2^64 - 1.
  static let mostDigits = 20

  private var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
  /// Where they are: the last one is at the end.
  private(set) var range: Range<Int>

  init(_ number: UInt64) {
    var rest = number
    var first = Self.mostDigits
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    range = first..<Self.mostDigits
  }

  subscript(index: Int) -> UInt8 { digits[index] }
}
