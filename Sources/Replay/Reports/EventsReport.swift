import JSONText
public import SessionEvents

/// The session events as JSON Lines; `docs/SCHEMA.md` explains every field.
public struct EventsReport {
  private let includesData: Bool
  private let file: String?
  private var json = JSONWriter()

  /// - Parameters:
  ///   - includesData: Whether to write the bytes themselves, in base64, beside their counts.
  ///   - file: Which capture the events are from, where several are read.
  public init(includesData: Bool, file: String? = nil) {
    self.includesData = includesData
    self.file = file
  }

  /// Appends the line of one event; `packet` is the number of the capture's packet that it came from.
  public mutating func receive(_ event: SessionEvent, packet: UInt64?, into output: inout [UInt8]) {
    json.reset()
    let (includesData, file) = (includesData, file)
    json.object { json in
      json.beginLine(file)
      json.field("session", event.session.rawValue)
      json.field("index", event.index)
      json.field("time", "\(event.time)")
      json.field("packet", packet)
      json.kindFields(event.kind, includesData: includesData)
    }
    json.endLine()
    json.append(to: &output)
  }
}

extension JSONWriter {
  fileprivate mutating func kindFields(_ kind: SessionEvent.Kind, includesData: Bool) {
    switch kind {
    case .opened(let opening):
      field("event", "opened")
      openingFields(opening)
    case .clientHello(let message):
      field("event", "client_hello")
      dataFields(message, includesData: includesData)
    case .secured(let party, let facts):
      field("event", "secured")
      field("party", party.rawValue)
      tlsFields(facts)
    case .bypassed(let reason):
      field("event", "bypassed")
      bypassFields(reason)
    case .bytes(let direction, let bytes):
      field("event", "bytes")
      field("from", direction.sender.rawValue)
      dataFields(bytes, includesData: includesData)
    case .datagram(let direction, let bytes):
      field("event", "datagram")
      field("from", direction.sender.rawValue)
      dataFields(bytes, includesData: includesData)
    case .gap(let direction, let byteCount):
      field("event", "gap")
      field("from", direction.sender.rawValue)
      field("length", byteCount)
    case .conflict(let direction, let offset, let byteCount):
      field("event", "conflict")
      field("from", direction.sender.rawValue)
      field("offset", offset)
      field("length", byteCount)
    case .halfClosed(let direction):
      field("event", "half_closed")
      field("from", direction.sender.rawValue)
    case .closed(let closing):
      field("event", "closed")
      closingFields(closing)
    }
  }

  private mutating func openingFields(_ opening: SessionOpening) {
    field("transport", opening.transport.rawValue)
    field("client", "\(opening.client)")
    field("server", "\(opening.originalDestination)")
    field("interception", opening.interception.rawValue)
    processField(opening.process)
    continuesField(opening.continues)
  }

  private mutating func dataFields(_ bytes: [UInt8], includesData: Bool) {
    field("length", bytes.count)
    if includesData { field("data", Base64.text(bytes)) }
  }
}
