/// What the relay asks of the guard, in one byte.
enum GuardRequest: UInt8 {
  /// To answer as soon as it stands.
  case stand = 1
  /// To set the rules.
  case apply
  /// To redirect nothing new.
  case release
  /// To remove them and end.
  case finish
}

/// What the guard answers, or tells unasked: a byte for the kind, then the text, then a zero byte and the hint.
struct GuardMessage: Hashable {
  static let longest = 4096

  enum Kind: UInt8 {
    case good = 1
    case bad
  }

  var kind: Kind
  var text = ""
  var hint: String?

  init(_ kind: Kind, _ text: String = "", hint: String? = nil) {
    self.kind = kind
    self.text = text
    self.hint = hint
  }

  init?(_ bytes: [UInt8]) {
    guard let kind = bytes.first.flatMap(Kind.init(rawValue:)) else { return nil }
    let parts = bytes.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    self.kind = kind
    text = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    hint = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil
  }

  var bytes: [UInt8] {
    let hintBytes: [UInt8] = hint.map { [0] + Array($0.utf8) } ?? []
    return Array(([kind.rawValue] + Array(text.utf8.prefix(3000)) + hintBytes).prefix(Self.longest))
  }
}
