public import Inspection
import JSONText
public import SessionEvents

/// The sessions, a line each: as JSON Lines with a digest of each stream, or for people.
///
/// Lines come in order of opening as long as not too many closed sessions wait for an older one to close; then they
/// come in order of closing. `docs/SCHEMA.md` explains every field of the JSON.
public struct SessionsReport {
  public enum Form: Sendable {
    case json(any DigestService)
    case text(ShowOptions)
  }

  /// Lines that wait for an older session's.
  private static let waitingLimit = 4_096

  private let form: Form
  private let file: String?
  private var hasBegun = false
  private var open: [SessionID: StreamDigests?] = [:]
  private var order = OpeningOrder()
  private var waiting: [SessionID: [UInt8]] = [:]

  /// Begins; `file` is which capture the sessions are from, where several are read.
  public init(_ form: Form, file: String? = nil) {
    self.form = form
    self.file = file
  }

  public mutating func receive(_ event: SessionEvent) {
    switch event.kind {
    case .opened:
      guard open[event.session] == nil else { return }
      open[event.session] = .some(form.makeDigests())
      order.append(event.session)
    case .bytes(let direction, let bytes), .datagram(let direction, let bytes):
      open[event.session]??[direction].update(bytes.span)
    case .clientHello, .secured, .bypassed, .gap, .conflict, .halfClosed, .closed:
      break
    }
  }

  /// Takes note of a session's end, whose line is then written as soon as it is its turn, if it is told of.
  public mutating func close(_ summary: SessionSummary, isTold: Bool = true, into output: inout [UInt8]) {
    guard let digests = open.removeValue(forKey: summary.session) else { return }
    if isTold { waiting[summary.session] = form.line(summary, digests, file) }
    release(into: &output)
  }

  /// Appends the lines that still wait.
  public mutating func finish(into output: inout [UInt8]) {
    while let session = order.first {
      if let line = waiting.removeValue(forKey: session) { append(line, to: &output) }
      order.removeFirst()
    }
  }

  private mutating func release(into output: inout [UInt8]) {
    while let session = order.first {
      if let line = waiting.removeValue(forKey: session) {
        append(line, to: &output)
      } else if open[session] != nil {
        break
      }
      order.removeFirst()
    }
    guard waiting.count > Self.waitingLimit else { return }
    for session in waiting.keys.sorted() {
      if let line = waiting.removeValue(forKey: session) { append(line, to: &output) }
    }
  }

  private mutating func append(_ line: [UInt8], to output: inout [UInt8]) {
    if !hasBegun, case .text(let options) = form, let file { FileLine(file).write(options, into: &output) }
    hasBegun = true
    output.append(contentsOf: line)
  }
}

extension SessionsReport.Form {
  fileprivate func makeDigests() -> StreamDigests? {
    switch self {
    case .json(let digests): StreamDigests(client: digests.makeSHA256(), server: digests.makeSHA256())
    case .text: nil
    }
  }

  fileprivate func line(
    _ summary: SessionSummary, _ digests: StreamDigests?, _ file: String?
  ) -> [UInt8] {
    switch self {
    case .json:
      var json = JSONWriter()
      json.object { json in
        json.beginLine(file)
        json.session(summary, digests)
      }
      json.endLine()
      return json.bytes
    case .text(let options):
      var line: [UInt8] = []
      SessionLine(summary).line.write(width: options.width, color: options.color, into: &line)
      return line
    }
  }
}

/// Sessions in order of opening, those at the front leaving first.
private struct OpeningOrder {
  private var sessions: [SessionID] = []
  private var head = 0

  var first: SessionID? { head < sessions.count ? sessions[head] : nil }

  mutating func append(_ session: SessionID) {
    sessions.append(session)
  }

  mutating func removeFirst() {
    head += 1
    guard head > 1_024, head > sessions.count / 2 else { return }
    sessions.removeFirst(head)
    head = 0
  }
}

/// The digests of what both parties sent.
private struct StreamDigests {
  var client: any IncrementalDigest
  var server: any IncrementalDigest

  subscript(direction: Direction) -> any IncrementalDigest {
    direction == .clientToServer ? client : server
  }
}

extension JSONWriter {
  fileprivate mutating func session(_ summary: SessionSummary, _ digests: StreamDigests?) {
    field("session", summary.session.rawValue)
    field("transport", summary.opening.transport.rawValue)
    field("client", "\(summary.opening.client)")
    field("server", "\(summary.opening.originalDestination)")
    field("host", summary.host.name)
    field("host_source", summary.host.source.rawValue)
    field("interception", summary.opening.interception.rawValue)
    field("opened", "\(summary.opened)")
    field("closed", summary.closed.map { "\($0)" })
    closingFields(summary.closing)
    field("client_bytes", summary.clientByteCount)
    field("server_bytes", summary.serverByteCount)
    field("client_sha256", digests.map { Hexadecimal.text($0.client.finish()) })
    field("server_sha256", digests.map { Hexadecimal.text($0.server.finish()) })
    field("gaps", summary.gapByteCount)
    field("conflicts", summary.conflictByteCount)
    processField(summary.opening.process)
    continuesField(summary.opening.continues)
    tlsField(summary)
    bypassField(summary.bypass)
    field("first_packet", summary.firstPacket)
  }

  private mutating func tlsField(_ summary: SessionSummary) {
    field("tls") { json in
      guard summary.clientTLS != nil || summary.serverTLS != nil || summary.hello != nil else {
        return json.null()
      }
      json.object { json in
        json.facts("client", summary.clientTLS)
        json.facts("server", summary.serverTLS)
        json.field("hello") { json in
          if let hello = summary.hello { json.hello(hello) } else { json.null() }
        }
      }
    }
  }

  private mutating func facts(_ name: String, _ facts: TLSFacts?) {
    field(name) { json in
      guard let facts else { return json.null() }
      json.object { $0.tlsFields(facts) }
    }
  }

  private mutating func bypassField(_ reason: BypassReason?) {
    field("bypass") { json in
      guard let reason else { return json.null() }
      json.object { $0.bypassFields(reason) }
    }
  }
}
