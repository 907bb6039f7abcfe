import SessionEvents

/// Guesses whether a stream begins with an HTTP/1 start line (RFC 9112 §3, §4).
///
/// A request is one as soon as ` HTTP/1.` follows a method and a target; without a version, at the line's end, if it
/// is a known method and a path. A response is one at `HTTP/1.`.
struct HTTP1Guess {
  private enum Part {
    case emptyLines
    case method
    case target
    case responseVersion
  }

  private static let version = Array("HTTP/".utf8)
  private static let longestMethod = 32
  private static let mostEmptyLineBytes = 8

  private(set) var state: GuessState = .possible
  private let direction: Direction
  private var part: Part = .emptyLines
  private var skippedByteCount = 0
  private var method: [UInt8] = []
  private var firstTargetByte: UInt8?
  private var hasSpaceInTarget = false
  private var hasSecondWord = false
  /// Bytes of ` HTTP/`, then a digit, then a full stop, that match just now.
  private var matched = 0

  init(_ direction: Direction) {
    self.direction = direction
  }

  /// Whether what came so far should be taken as HTTP/1 if no more comes.
  var isLikely: Bool {
    state != .no && part == .target && knownHTTPMethods.contains(method)
  }

  /// Whether a client's first bytes hold a request line up to its version.
  ///
  /// What begins with a letter may else only be a line, which says nothing before it ends, or has a byte next that is no
  /// letter, so that no other guess need be asked.
  static func decidesAlone(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard range.count > 1, bytes[range.lowerBound...].prefix(2).allSatisfy(isUpperCaseLetter) else {
      return false
    }
    var guess = HTTP1Guess(.clientToServer)
    for index in range {
      guess.receive(bytes[index])
      if guess.state != .possible { break }
    }
    return guess.state == .yes && !guess.isWithoutVersion
  }

  private static func isUpperCaseLetter(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
  }

  mutating func receive(_ byte: UInt8) {
    guard state == .possible else { return }
    switch part {
    case .emptyLines: receiveFirst(byte)
    case .method: receiveOfMethod(byte)
    case .target: receiveOfTarget(byte)
    case .responseVersion: receiveOfVersion(byte)
    }
  }

  private mutating func receiveFirst(_ byte: UInt8) {
    if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
      skippedByteCount += 1
      if skippedByteCount > HTTP1Guess.mostEmptyLineBytes { state = .no }
      return
    }
    switch direction {
    case .clientToServer:
      part = .method
      receiveOfMethod(byte)
    case .serverToClient:
      part = .responseVersion
      receiveOfVersion(byte)
    }
  }

  private mutating func receiveOfMethod(_ byte: UInt8) {
    if byte == UInt8(ascii: " "), !method.isEmpty {
      part = .target
      matched = 1
      // The HTTP/2 connection preface (RFC 9113 §3.4) only looks like a request.
      if method == Array("PRI".utf8) { state = .no }
    } else if isTokenByte(byte), method.count < HTTP1Guess.longestMethod {
      method.append(byte)
    } else {
      state = .no
    }
  }

  private mutating func receiveOfTarget(_ byte: UInt8) {
    if firstTargetByte == nil, byte != UInt8(ascii: " ") { firstTargetByte = byte }
    if byte == UInt8(ascii: "\n") {
      state = isWithoutVersion ? .yes : .no
    } else if byte < 0x20, byte != UInt8(ascii: "\r"), byte != UInt8(ascii: "\t") {
      state = .no
    } else {
      if isWhitespace(byte) {
        hasSpaceInTarget = firstTargetByte != nil
      } else if byte != UInt8(ascii: "\r"), hasSpaceInTarget {
        hasSecondWord = true
      }
      match(byte)
    }
  }

  /// Whether the line, now at its end, is that of a request without a version: other protocols have one of their own.
  var isWithoutVersion: Bool {
    firstTargetByte == UInt8(ascii: "/") && !hasSecondWord && knownHTTPMethods.contains(method)
  }

  private mutating func match(_ byte: UInt8) {
    let fits =
      switch matched {
      case 0: byte == UInt8(ascii: " ")
      case 1...5: lowercased(byte) == lowercased(HTTP1Guess.version[matched - 1])
      case 6: isDigit(byte)
      default: byte == UInt8(ascii: ".")
      }
    matched = fits ? matched + 1 : byte == UInt8(ascii: " ") ? 1 : 0
    if matched == 8 { state = .yes }
  }

  private mutating func receiveOfVersion(_ byte: UInt8) {
    let fits =
      switch matched {
      case 0...4: byte == HTTP1Guess.version[matched]
      case 5: isDigit(byte)
      default: byte == UInt8(ascii: ".")
      }
    matched += 1
    if !fits {
      state = .no
    } else if matched == 7 {
      state = .yes
    }
  }
}

/// Methods that are believed without further evidence (RFC 9110 §9, RFC 5789, WebDAV).
let knownHTTPMethods: Set<[UInt8]> = Set(
  [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH",
    "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH",
  ].map { Array($0.utf8) })
