/// Reads an event stream (WHATWG HTML §9.2.5, §9.2.6): reports every event with data at the byte that dispatches it.
///
/// Lines end with CR, LF or both. Of the data only size, digest and the first bytes are kept.
final class EventStreamReader: BodyReader {
  private enum Field {
    case data
    case event
    case id
  }

  private enum Place {
    /// In the field's name, of which so much came.
    case name
    /// Behind the colon, where one space is left out.
    case valueStart(Field)
    case value(Field)
    /// In a comment, or a field without meaning.
    case ignored
  }

  private static let longestName = 5

  private let index: Int
  private let limits: BodyLimits
  private let digest: (any IncrementalDigest)?
  private var byteOrderMarkCount = 0
  private var endsWithCarriageReturn = false
  private var place: Place = .name
  private var name: [UInt8] = []
  private var value: [UInt8] = []
  private var hasNull = false

  private var start: Sighting?
  private var type: [UInt8] = []
  private var id: [UInt8] = []
  private var dataLineCount = 0
  private var dataByteCount: UInt64 = 0
  private var dataStart: [UInt8] = []

  /// Begins for the response of an exchange.
  init(within index: Int, services: InspectionServices, limits: BodyLimits) {
    self.index = index
    self.limits = limits
    digest = services.makeBodyDigest()
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    var position = 0
    while position < bytes.count {
      if case .value(let field) = place {
        position = receiveValue(field, bytes, position)
        guard position < bytes.count else { return }
      }
      receive(bytes[position], at: sighting, report)
      position += 1
    }
  }

  /// An event that no empty line dispatched is none.
  func finish(_ end: BodyEnd, into result: inout BodyResult) {}

  private func receive(_ byte: UInt8, at sighting: Sighting, _ report: (BodyReport) -> Void) {
    if isOfByteOrderMark(byte) { return }
    let wasCarriageReturn = endsWithCarriageReturn
    endsWithCarriageReturn = byte == UInt8(ascii: "\r")
    if byte == UInt8(ascii: "\n"), wasCarriageReturn { return }
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return endLine(at: sighting, report) }
    if start == nil { start = sighting }
    switch place {
    case .name where byte == UInt8(ascii: ":"): place = field.map(Place.valueStart) ?? .ignored
    case .name:
      name.append(byte)
      if name.count > EventStreamReader.longestName { place = .ignored }
    case .valueStart(let field):
      place = .value(field)
      beginValue(field)
      if byte != UInt8(ascii: " ") { _ = receiveValue(field, [byte].span, 0) }
    case .value, .ignored: break
    }
  }

  /// The mark at the very beginning of the stream is left out.
  private func isOfByteOrderMark(_ byte: UInt8) -> Bool {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    guard byteOrderMarkCount < mark.count else { return false }
    guard byte == mark[byteOrderMarkCount] else {
      // What looked like one is the beginning of a name that means nothing.
      if byteOrderMarkCount > 0 { place = .ignored }
      byteOrderMarkCount = mark.count
      return false
    }
    byteOrderMarkCount += 1
    return true
  }

  private var field: Field? {
    if name.elementsEqual("data".utf8) { return .data }
    if name.elementsEqual("event".utf8) { return .event }
    return name.elementsEqual("id".utf8) ? .id : nil
  }

  // MARK: Values

  private func beginValue(_ field: Field) {
    switch field {
    case .data:
      if dataLineCount > 0 { addData([UInt8(ascii: "\n")].span) }
      dataLineCount += 1
    case .event, .id:
      value = []
      hasNull = false
    }
  }

  /// Takes bytes up to the line's end; returns where that is.
  private func receiveValue(_ field: Field, _ bytes: Span<UInt8>, _ start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") { end += 1 }
    switch field {
    case .data: addData(bytes.extracting(start..<end))
    case .event, .id:
      for index in start..<end {
        if bytes[index] == 0 { hasNull = true }
        if value.count < limits.nameByteCount { value.append(bytes[index]) }
      }
    }
    return end
  }

  private func addData(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    dataByteCount += UInt64(bytes.count)
    digest?.update(bytes)
    for index in 0..<max(0, min(bytes.count, limits.excerptByteCount - dataStart.count)) {
      dataStart.append(bytes[index])
    }
  }

  // MARK: Lines and events

  private func endLine(at sighting: Sighting, _ report: (BodyReport) -> Void) {
    switch place {
    case .name where name.isEmpty: dispatch(at: sighting, report)
    // A line without a colon is a field without a value.
    case .name: if let field { endValue(field, isEmpty: true) }
    case .valueStart(let field): endValue(field, isEmpty: true)
    case .value(let field): endValue(field, isEmpty: false)
    case .ignored: break
    }
    place = .name
    name = []
  }

  private func endValue(_ field: Field, isEmpty: Bool) {
    if isEmpty { beginValue(field) }
    switch field {
    case .data: break
    case .event: type = value
    case .id: if !hasNull { id = value }
    }
  }

  private func dispatch(at sighting: Sighting, _ report: (BodyReport) -> Void) {
    if dataLineCount > 0 {
      let sum = dataByteCount > 0 ? digest?.finish() : nil
      let event = ServerSentEvent(
        within: index, type: type.isEmpty ? Array("message".utf8) : type, id: id.isEmpty ? nil : id,
        dataByteCount: dataByteCount, dataSHA256: sum, excerpt: dataStart)
      report(BodyReport(content: .serverSentEvent(event), start: start ?? sighting, end: sighting))
    }
    start = nil
    type = []
    dataLineCount = 0
    dataByteCount = 0
    dataStart = []
  }
}
