/// How a value of one kind is written.
struct ValueSyntax<Value>: Sendable {
  /// What is expected, after "is not".
  let expectation: String
  let read: @Sendable (String) throws(UnfitValue) -> Value
  /// A text that `read` makes the same value of.
  let text: @Sendable (Value) -> String
  /// All values there are, where they are few.
  let words: [String]

  init(
    _ expectation: String, words: [String] = [],
    read: @escaping @Sendable (String) throws(UnfitValue) -> Value,
    text: @escaping @Sendable (Value) -> String
  ) {
    self.expectation = expectation
    self.words = words
    self.read = read
    self.text = text
  }

  /// For what either is such a value or is not.
  init(
    _ expectation: String, parse: @escaping @Sendable (String) -> Value?,
    text: @escaping @Sendable (Value) -> String
  ) {
    self.init(
      expectation,
      read: { (source) throws(UnfitValue) in
        guard let value = parse(source) else { throw UnfitValue("'\(source)' is not \(expectation)") }
        return value
      }, text: text)
  }

  /// The same, or a word that stands for nil.
  func orWord(_ word: String) -> ValueSyntax<Value?> {
    ValueSyntax<Value?>(
      "\(expectation), or '\(word)'",
      read: { (source) throws(UnfitValue) in source == word ? nil : try read(source) },
      text: { $0.map(text) ?? word })
  }
}

/// Why a text is not the value that it should be.
struct UnfitValue: Error, Hashable {
  /// Lower case, no full stop, the value quoted.
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
