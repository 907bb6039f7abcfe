/// Finds out whether bytes that come in pieces are UTF-8 (RFC 3629 §4), and whether they look like text.
struct TextCheck {
  private(set) var isUTF8 = true
  /// Whether control characters occur that no text has.
  private(set) var hasControls = false
  /// Continuation bytes that must follow, and between which the next one must be.
  private var awaited = 0
  private var lower: UInt8 = 0x80
  private var upper: UInt8 = 0xbf

  /// Whether what came so far ends with a whole character, too.
  var isWholeUTF8: Bool { isUTF8 && awaited == 0 }

  /// Whether it can be shown as it is.
  var isText: Bool { isWholeUTF8 && !hasControls }

  mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices where isUTF8 { take(bytes[index]) }
  }

  private mutating func take(_ byte: UInt8) {
    if awaited > 0 {
      guard byte >= lower, byte <= upper else {
        isUTF8 = false
        return
      }
      awaited -= 1
      (lower, upper) = (0x80, 0xbf)
      return
    }
    switch byte {
    case 0x09, 0x0a, 0x0c, 0x0d, 0x20..<0x7f: break
    case 0..<0x20, 0x7f: hasControls = true
    case 0xc2...0xdf: awaited = 1
    case 0xe0: (awaited, lower) = (2, 0xa0)
    // Above are the surrogates.
    case 0xed: (awaited, upper) = (2, 0x9f)
    case 0xe1...0xef: awaited = 2
    case 0xf0: (awaited, lower) = (3, 0x90)
    case 0xf1...0xf3: awaited = 3
    case 0xf4: (awaited, upper) = (3, 0x8f)
    default: isUTF8 = false
    }
  }
}

/// Writes bytes that come in pieces as base64.
struct Base64Pieces {
  private var rest: [UInt8] = []

  /// The text of these bytes, as far as it does not depend on what follows.
  mutating func text(_ bytes: Span<UInt8>) -> String {
    rest.append(bytes)
    let whole = rest.count - rest.count % 3
    defer { rest.removeFirst(whole) }
    return Base64.text(Array(rest.prefix(whole)))
  }

  /// The text of what is left.
  mutating func finish() -> String {
    defer { rest = [] }
    return Base64.text(rest)
  }
}
