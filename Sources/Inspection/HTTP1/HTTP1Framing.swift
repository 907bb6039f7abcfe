import SessionEvents

/// How a message's body ends (RFC 9112 §6.3).
enum HTTP1Framing: Hashable {
  case none
  case length(UInt64)
  case chunked
  case untilClose

  var mayHaveBody: Bool { self != .none && self != .length(0) }
}

/// The header fields that decide about framing, authority, content coding and protocol, found in one pass.
struct HTTP1FramingFields {
  private(set) var contentLengths: [ArraySlice<UInt8>] = []
  private(set) var contentCodings: [[UInt8]] = []
  private(set) var hosts: [[UInt8]] = []
  /// The protocols of Upgrade fields, in lower case.
  private(set) var upgrades: [[UInt8]] = []
  /// The expectations, in lower case.
  private(set) var expectations: [[UInt8]] = []
  /// What Connection names, in lower case, but for a single `close` or `keep-alive`.
  private(set) var connectionOptions: [[UInt8]] = []
  /// Names that only differ by underscores from those that frame a message.
  private(set) var twins: [[UInt8]] = []
  /// As sent, with their parameters.
  private var transferCodings: [ArraySlice<UInt8>] = []

  init(_ fields: [HTTPField]) {
    for field in fields {
      switch field.name.count {
      case 4 where equalsIgnoringCase(field.name, HTTP1FieldNames.host):
        hosts.append(field.value)
      case 6 where equalsIgnoringCase(field.name, HTTP1FieldNames.expect):
        expectations += HTTP1FramingFields.lowercasedList(field.value)
      case 7 where equalsIgnoringCase(field.name, HTTP1FieldNames.upgrade):
        upgrades += HTTP1FramingFields.lowercasedList(field.value)
      case 10 where equalsIgnoringCase(field.name, HTTP1FieldNames.connection):
        // These two lengths are nearly all there is, and no field that matters is as long.
        guard field.value.count != 10, field.value.count != 5 else { continue }
        connectionOptions += HTTP1FramingFields.lowercasedList(field.value)
      case 14 where equalsIgnoringCase(field.name, HTTP1FieldNames.contentLength):
        contentLengths += HTTP1FramingFields.list(field.value[...])
      case 16 where equalsIgnoringCase(field.name, HTTP1FieldNames.contentEncoding):
        contentCodings += HTTP1FramingFields.lowercasedList(field.value)
      case 17 where equalsIgnoringCase(field.name, HTTP1FieldNames.transferEncoding):
        transferCodings += HTTP1FramingFields.list(field.value[...])
      case 14 where HTTP1FieldNames.twin(of: field.name) != nil,
        17 where HTTP1FieldNames.twin(of: field.name) != nil:
        twins.append(field.name)
      default: break
      }
    }
  }

  var hasTransferEncoding: Bool { !transferCodings.isEmpty }

  /// The members of a comma-separated list.
  private static func list(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard value.contains(UInt8(ascii: ",")) else { return [value] }
    return value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(
      \.trimmingWhitespace)
  }

  private static func lowercasedList(_ value: [UInt8]) -> [[UInt8]] {
    list(value[...]).map { $0.map(lowercased) }
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
    let codings = knownTransferCodings(note: note)
    guard !codings.isEmpty else {
      switch length {
      case .absent, .invalid: return isRequest ? .none : .untilClose
      case .value(let count): return .length(count)
      }
    }
    if length != .absent {
      note(.lengthAndTransferEncoding, "both Content-Length and Transfer-Encoding; the latter counts")
    }
    if line.version == "1.0" || line.version == "0.9" {
      note(.transferEncodingUnexpected, "Transfer-Encoding in a message of HTTP/\(line.version)")
    }
    return transferFraming(codings, note: note)
  }

  /// The transfer codings in lower case, without parameters; none where there is nothing but `identity`, which RFC 9112
  /// knows no more: then the length counts.
  private func knownTransferCodings(note: (HTTP1Problem, String) -> Void) -> [[UInt8]] {
    guard !transferCodings.isEmpty else { return [] }
    let codings = transferCodings.map { member in
      member.prefix { $0 != UInt8(ascii: ";") }.trimmingWhitespace.map(lowercased)
    }
    let known = codings.filter { !$0.isEmpty }
    if known.allSatisfy({ $0.elementsEqual("identity".utf8) }) {
      note(.transferEncodingInvalid, "Transfer-Encoding names no coding but \(told); it is passed over")
      return []
    }
    if known.count < codings.count {
      note(.transferEncodingInvalid, "the transfer codings \(told) have an empty one among them")
    } else if codings.last?.elementsEqual("chunked".utf8) == true, transferCodings.last?.count != 7 {
      note(.transferEncodingInvalid, "chunked has no parameters, unlike \(told)")
    }
    return known
  }

  private var told: String { transferCodings.map { excerpt($0) }.joined(separator: ", ") }

  private func transferFraming(
    _ codings: [[UInt8]], note: (HTTP1Problem, String) -> Void
  ) -> HTTP1Framing {
    guard codings.last?.elementsEqual("chunked".utf8) == true else {
      note(.transferEncodingInvalid, "the last of the transfer codings \(told) is not chunked")
      return .untilClose
    }
    if codings.count > 1 {
      note(.transferEncodingInvalid, "only chunked is removed of the transfer codings \(told)")
    }
    return .chunked
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
    if first.count > 1, first.first == UInt8(ascii: "0") {
      note(.contentLengthZeros, "Content-Length \(excerpt(first)) may be read as octal")
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
