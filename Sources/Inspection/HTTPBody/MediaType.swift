/// A media type and its parameters, as leniently as browsers read them (RFC 9110 §8.3.1, WHATWG MIME Sniffing §4.4).
package struct MediaType {
  /// `text/html`, as sent.
  package let essence: ArraySlice<UInt8>
  private let rest: ArraySlice<UInt8>

  /// Reads the value of a Content-Type field.
  package init(_ value: [UInt8]) {
    let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
    essence = value[..<end].trimmingWhitespace
    rest = value[end...]
  }

  /// The value of a parameter by its name in lower case: the first of that name.
  package func parameter(_ name: String) -> [UInt8]? {
    ParameterList(rest).first(name)
  }
}
