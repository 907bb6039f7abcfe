import SessionEvents

/// A header or trailer section that was decoded, its pseudo-fields apart (RFC 9113 §8.2, §8.3).
struct HTTP2Fields {
  enum Kind {
    case request
    case response
    case trailers
  }

  private(set) var method: [UInt8]?
  private(set) var scheme: [UInt8]?
  private(set) var authority: [UInt8]?
  private(set) var path: [UInt8]?
  private(set) var status: [UInt8]?
  /// The value of `:protocol` (RFC 8441 §4).
  private(set) var connectProtocol: [UInt8]?
  private(set) var fields: [HTTPField] = []
  /// What the section costs to keep.
  private(set) var byteCount = 0

  private let kind: Kind
  private let limits: HTTP2Limits
  private let offset: UInt64
  private let direction: Direction
  private(set) var findings: FindingList
  /// Whether fields are left out that the capture does not explain.
  private(set) var lacksFields = false
  private var hasFields = false
  /// Bytes of all fields, also of those that are left out.
  private var decodedByteCount = 0
  private var isFull: Bool { decodedByteCount > limits.headerListByteCount }

  init(_ kind: Kind, at offset: UInt64, in direction: Direction, limits: InspectionLimits) {
    self.kind = kind
    self.limits = limits.http2
    self.offset = offset
    self.direction = direction
    findings = FindingList(limit: limits.findingCount)
  }

  /// The status, and whether it is a proper one.
  var statusCode: Int? {
    guard let status, status.count == 3, status.allSatisfy(isDigit) else { return nil }
    return status.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  mutating func receive(_ field: HTTPField) {
    let isPseudo = field.name.first == UInt8(ascii: ":")
    let size = HPACKDynamicTable.size(field)
    // Pseudo-fields count too, for a repeated one could be as large as any.
    decodedByteCount += size
    guard !isFull else { return }
    byteCount = decodedByteCount
    if isPseudo { receivePseudo(field) } else { receiveRegular(field) }
  }

  var isExtendedConnect: Bool { connectProtocol != nil }

  /// The section is over: `unknown` is what could not be decoded of it, coded in so many bytes.
  mutating func finish(blockByteCount: Int, unknown: HPACKDecoder.Unknown) {
    if isFull {
      let ratio = decodedByteCount / max(1, blockByteCount)
      if ratio > limits.headerRatio {
        note(
          .hpackBomb,
          "\(blockByteCount) bytes decode to \(decodedByteCount) bytes of fields; those beyond \(limits.headerListByteCount) are left out"
        )
      } else {
        note(.headerListTooLong, "fields beyond \(limits.headerListByteCount) bytes are left out")
      }
    }
    guard unknown.fieldCount > 0 else { return checkPseudoFields() }
    lacksFields = true
    let value = unknown.value.map { "; the value of one is \(excerpt($0))" } ?? ""
    note(
      .fieldsUnknown, "\(unknown.fieldCount) fields refer to what the capture lacks and are left out\(value)")
  }

  /// Checks that what a message must have is there.
  private mutating func checkPseudoFields() {
    switch kind {
    case .trailers:
      break
    case .response:
      if status == nil {
        note(.pseudoFieldMissing, "a response without :status")
      } else if (statusCode ?? 0) < 100 {
        note(.statusInvalid, "\(excerpt(status ?? [])) is no status")
      }
    case .request:
      guard let method else { return note(.pseudoFieldMissing, "a request without :method") }
      if method == Array("CONNECT".utf8), !isExtendedConnect {
        if authority == nil { note(.pseudoFieldMissing, "CONNECT without :authority") }
        if scheme != nil || path != nil {
          note(.pseudoFieldInvalid, "CONNECT must have neither :scheme nor :path")
        }
        return
      }
      if scheme == nil { note(.pseudoFieldMissing, "a request without :scheme") }
      if path == nil {
        note(.pseudoFieldMissing, "a request without :path")
      } else if path?.isEmpty == true {
        note(.pseudoFieldInvalid, "an empty :path")
      }
    }
  }

  private mutating func receivePseudo(_ field: HTTPField) {
    let name = String(decoding: field.name.prefix(16), as: UTF8.self)
    if hasFields { note(.pseudoFieldInvalid, "\(excerpt(field.name)) behind a regular field") }
    var isRepeated = false
    func set(_ place: inout [UInt8]?) {
      isRepeated = place != nil
      if place == nil { place = field.value }
    }
    switch (kind, name) {
    case (.request, ":method"): set(&method)
    case (.request, ":scheme"): set(&scheme)
    case (.request, ":authority"): set(&authority)
    case (.request, ":path"): set(&path)
    case (.response, ":status"): set(&status)
    case (.request, ":protocol"):
      // RFC 8441 §4; the exchange has no place of its own for it.
      set(&connectProtocol)
      fields.append(field)
    case (_, _):
      note(.pseudoFieldInvalid, "\(excerpt(field.name)) has no place here")
      fields.append(field)
    }
    if isRepeated {
      note(.pseudoFieldInvalid, "\(excerpt(field.name)) is given more than once; the first counts")
    }
  }

  private mutating func receiveRegular(_ field: HTTPField) {
    hasFields = true
    if field.name.isEmpty || !field.name.allSatisfy(isTokenByte) {
      note(.fieldNameInvalid, "\(excerpt(field.name)) is no field name")
    } else if field.name.contains(where: { $0 >= 0x41 && $0 <= 0x5a }) {
      note(.fieldNameInvalid, "the field name \(excerpt(field.name)) has upper-case letters")
    }
    if let bad = field.value.first(where: { $0 == 0 || $0 == 0x0a || $0 == 0x0d }) {
      note(.fieldValueInvalid, "control character \(bad) in the value of \(excerpt(field.name))")
    } else if let first = field.value.first, let last = field.value.last,
      isWhitespace(first) || isWhitespace(last)
    {
      note(.fieldValueInvalid, "white space around the value of \(excerpt(field.name))")
    }
    if HTTP2Fields.forbidden.contains(field.name)
      || (field.name == HTTP2Fields.te && field.value != HTTP2Fields.teTrailers)
    {
      note(.fieldForbidden, "\(excerpt(field.name)) belongs to a connection of HTTP/1")
    }
    fields.append(field)
  }

  private mutating func note(_ problem: HTTP2Problem, _ detail: String) {
    findings.append(problem.at(offset, detail, in: direction))
  }

  /// RFC 9113 §8.2.2.
  private static let forbidden: Set<[UInt8]> = Set(
    ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map { Array($0.utf8) })
  private static let te = Array("te".utf8)
  private static let teTrailers = Array("trailers".utf8)
}
