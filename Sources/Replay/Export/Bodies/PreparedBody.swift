import Inspection

/// A body as an export shows it: its secrets replaced where that was asked for, its kind found out.
struct PreparedBody {
  /// The largest body that is searched for secrets.
  static let searchLimit = 4 << 20

  /// Nil where nothing of it is shown.
  private(set) var bytes: SpilledBytes?
  /// Whether all bytes are UTF-8, and whether they look like text.
  private(set) var check = TextCheck()
  /// Why it is not all there, or not what one would expect; for people.
  private(set) var remarks: [String] = []

  /// Prepares the body of a message with these fields; `message` is what the exchange says of it.
  init(
    _ body: ShelvedBody?, of message: HTTPBody, fields: [HTTPField], limit: Int?, redaction: Redaction,
    space: SpillSpace
  ) throws(ExportError) {
    guard let body else {
      if message.byteCount > 0 { remarks.append("\(HumaneUnits.count(message.byteCount)) bytes are missing") }
      return
    }
    remarks += Self.remarks(body, fields)
    bytes = try shown(body, fields, limit, redaction, space)
    var check = TextCheck()
    try bytes?.forEachPiece { piece throws(ExportError) in check.update(piece) }
    self.check = check
  }

  private mutating func shown(
    _ body: ShelvedBody, _ fields: [HTTPField], _ limit: Int?, _ redaction: Redaction, _ space: SpillSpace
  ) throws(ExportError) -> SpilledBytes? {
    let size = HumaneUnits.count(body.byteCount)
    if body.isTooLong {
      let most = limit.map { HumaneUnits.count(UInt64($0)) } ?? "?"
      remarks.append("\(size) bytes left out, for the limit is \(most)")
      return nil
    }
    let contentType = fields.value("content-type")
    let isCoded = Self.isCoded(body, fields)
    if !isCoded, let small = try body.bytes.collected(limit: Self.searchLimit) {
      let replaced = redaction.body(small, contentType: contentType)
      return redaction.isOn ? Self.spilled(replaced, space) : body.bytes
    }
    let firstByte = try body.firstByte()
    guard redaction.isOn, isCoded || Redaction.looks(into: contentType, firstByte: firstByte) else {
      return body.bytes
    }
    remarks.append("\(size) bytes left out, for they cannot be searched for secrets")
    return nil
  }

  /// Whether the bytes are still in a content coding.
  private static func isCoded(_ body: ShelvedBody, _ fields: [HTTPField]) -> Bool {
    if case .undecoded = body.end { return true }
    guard body.takesCodedBytes, let coding = fields.value("content-encoding") else { return false }
    return String(decoding: coding, as: UTF8.self).lowercased() != "identity"
  }

  private static func spilled(_ bytes: [UInt8], _ space: SpillSpace) -> SpilledBytes {
    let spilled = SpilledBytes(in: space)
    spilled.append(bytes.span)
    return spilled
  }

  private static func remarks(_ body: ShelvedBody, _ fields: [HTTPField]) -> [String] {
    let coding = fields.value("content-encoding").map { DisplayText.safe(bytes: $0) } ?? "?"
    switch body.end {
    case .complete: return []
    case .cut, nil: return ["the body is incomplete"]
    case .broken: return ["from here on bytes are missing or broken"]
    case .undecoded(let isComplete):
      return ["still in the content coding \(coding)"] + (isComplete ? [] : ["the body is incomplete"])
    }
  }
}

extension ShelvedBody {
  fileprivate func firstByte() throws(ExportError) -> UInt8? {
    var first: UInt8?
    try bytes.forEachPiece { piece throws(ExportError) in
      if first == nil, piece.count > 0 { first = piece[0] }
    }
    return first
  }
}
