/// Parameters behind a field value: `; name=token; name="quoted string"` (RFC 9110 §5.6.6).
///
/// As browsers do it, within quotes only a backslash before a quote or a backslash escapes: Windows' file names keep
/// theirs (RFC 7578 §4.2, Appendix A).
package struct ParameterList {
  private let parameters: [(name: [UInt8], value: [UInt8])]

  /// Reads text that begins with a semicolon, or is empty.
  package init(_ text: ArraySlice<UInt8>) {
    var found: [(name: [UInt8], value: [UInt8])] = []
    var position = text.startIndex
    while position < text.endIndex {
      position = ParameterList.skip(text, position) { isWhitespace($0) || $0 == UInt8(ascii: ";") }
      let nameEnd = ParameterList.skip(text, position) { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") }
      let name = text[position..<nameEnd].trimmingWhitespace.map(lowercased)
      position = nameEnd
      guard position < text.endIndex, text[position] == UInt8(ascii: "=") else { continue }
      position = ParameterList.skip(text, position + 1, while: isWhitespace)
      let value: [UInt8]
      if position < text.endIndex, text[position] == UInt8(ascii: "\"") {
        value = ParameterList.quoted(text, &position)
        position = ParameterList.skip(text, position) { $0 != UInt8(ascii: ";") }
      } else {
        let end = ParameterList.skip(text, position) { $0 != UInt8(ascii: ";") }
        value = Array(text[position..<end].trimmingWhitespace)
        position = end
      }
      found.append((name, value))
    }
    parameters = found
  }

  /// The value of the first parameter of that name, which is given in lower case.
  package func first(_ name: String) -> [UInt8]? {
    parameters.first { $0.name.elementsEqual(name.utf8) }?.value
  }

  private static func skip(
    _ text: ArraySlice<UInt8>, _ start: Int, while condition: (UInt8) -> Bool
  ) -> Int {
    var position = start
    while position < text.endIndex, condition(text[position]) { position += 1 }
    return position
  }

  /// The quoted string that begins at `position`, which is left behind its end.
  private static func quoted(_ text: ArraySlice<UInt8>, _ position: inout Int) -> [UInt8] {
    var value: [UInt8] = []
    position += 1
    while position < text.endIndex, text[position] != UInt8(ascii: "\"") {
      let next = position + 1 < text.endIndex ? text[position + 1] : 0
      if text[position] == UInt8(ascii: "\\"), next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
        position += 1
      }
      value.append(text[position])
      position += 1
    }
    position = min(position + 1, text.endIndex)
    return value
  }
}
