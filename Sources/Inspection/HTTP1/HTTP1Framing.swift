import SessionEvents

/// How a message's body ends (RFC 9112 §6.3).
enum HTTP1Framing: Hashable {
  case none
  case length(UInt64)
  case chunked
  case untilClose

  var mayHaveBody: Bool { self != .none && self != .length(0) }
}

/// The header fields that decide about framing, authority and content coding, found in one pass.
struct HTTP1FramingFields {
  private(set) var contentLengths: [ArraySlice<UInt8>] = []
  private(set) var transferCodings: [[UInt8]] = []
  private(set) var contentCodings: [[UInt8]] = []
  private(set) var hosts: [[UInt8]] = []
  /// The protocols of Upgrade fields, in lower case.
  private(set) var upgrades: [[UInt8]] = []

  init(_ fields: [HTTPField]) {
    for field in fields {
      switch field.name.count {
      case 4 where equalsIgnoringCase(field.name, FieldName.host):
        hosts.append(field.value)
      case 7 where equalsIgnoringCase(field.name, FieldName.upgrade):
        upgrades += HTTP1FramingFields.list(field.value[...]).map { $0.map(lowercased) }
      case 14 where equalsIgnoringCase(field.name, FieldName.contentLength):
        contentLengths += HTTP1FramingFields.list(field.value[...])
      case 16 where equalsIgnoringCase(field.name, FieldName.contentEncoding):
        contentCodings += HTTP1FramingFields.list(field.value[...]).map { $0.map(lowercased) }
      case 17 where equalsIgnoringCase(field.name, FieldName.transferEncoding):
        transferCodings += HTTP1FramingFields.list(field.value[...]).map(HTTP1FramingFields.coding)
      default: break
      }
    }
  }

  private enum FieldName {
    static let host = Array("host".utf8)
    static let upgrade = Array("upgrade".utf8)
    static let contentLength = Array("content-length".utf8)
    static let contentEncoding = Array("content-encoding".utf8)
    static let transferEncoding = Array("transfer-encoding".utf8)
  }

  /// The members of a comma-separated list.
  private static func list(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard value.contains(UInt8(ascii: ",")) else { return [value] }
    return value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(
      \.trimmingWhitespace)
  }

  /// A transfer coding in lower case, without its parameters.
  private static func coding(_ member: ArraySlice<UInt8>) -> [UInt8] {
    member.prefix { $0 != UInt8(ascii: ";") }.trimmingWhitespace.map(lowercased)
  }

  // MARK: Framing

  /// Decides how the body ends; `note` gets what is ambiguous or invalid.
  func framing(
    of line: HTTP1StartLine, note: (HTTP1Problem, String) -> Void
  ) -> HTTP1Framing {
    let isRequest =
      switch line {
      case .request: true
      case .status: false
      }
    let length = contentLength(note: note)
    guard !transferCodings.isEmpty else {
      switch length {
      case .absent: return isRequest ? .none : .untilClose
      case .invalid: return isRequest ? .none : .untilClose
      case .value(let count): return .length(count)
      }
    }
    if length != .absent {
      note(.lengthAndTransferEncoding, "both Content-Length and Transfer-Encoding; the latter counts")
    }
    if line.version == "1.0" || line.version == "0.9" {
      note(.transferEncodingUnexpected, "Transfer-Encoding in a message of HTTP/\(line.version)")
    }
    return transferFraming(isRequest: isRequest, note: note)
  }

  private func transferFraming(isRequest: Bool, note: (HTTP1Problem, String) -> Void) -> HTTP1Framing {
    let chunked = Array("chunked".utf8)
    if transferCodings.last == chunked {
      if transferCodings.count > 1 {
        let list = transferCodings.map { excerpt($0) }.joined(separator: ", ")
        note(.transferEncodingInvalid, "only chunked is removed of the transfer codings \(list)")
      }
      return .chunked
    }
    let list = transferCodings.map { excerpt($0) }.joined(separator: ", ")
    note(.transferEncodingInvalid, "the last of the transfer codings \(list) is not chunked")
    return .untilClose
  }

  private enum ContentLength: Equatable {
    case absent
    case invalid
    case value(UInt64)
  }

  private func contentLength(note: (HTTP1Problem, String) -> Void) -> ContentLength {
    guard let first = contentLengths.first else { return .absent }
    if contentLengths.count > 1 {
      if contentLengths.allSatisfy({ $0 == first }) {
        note(.contentLengthRepeated, "Content-Length \(excerpt(first)) is given more than once")
      } else {
        let list = contentLengths.prefix(4).map { excerpt($0) }.joined(separator: ", ")
        note(.contentLengthConflict, "Content-Length is given as \(list); the first counts")
      }
    }
    guard let value = HTTP1FramingFields.decimal(first) else {
      note(.contentLengthInvalid, "Content-Length \(excerpt(first)) is no number below 2^63")
      return .invalid
    }
    return .value(value)
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard isDigit(digit), value <= UInt64(Int64.max) / 10 else { return nil }
      value = value * 10 + UInt64(digit - 0x30)
    }
    return value <= UInt64(Int64.max) ? value : nil
  }
}
