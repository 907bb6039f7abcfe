import ContentCoding
import Inspection
public import SessionEvents

/// What can be fed with arbitrary bytes: the fuzzers of `tools/fuzz`, and the tests that keep what these once found.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case http1
  case body
  case http2
  case hpack
  case grpc
  case webSocket = "websocket"
  case dns
  case dnsOverTCP = "dns-tcp"
  case clientHello = "clienthello"
  case tls
  case x509
  /// Any protocol of streams, by what is said.
  case choice
  case smtp
  case imap
  case pop3
  case ftp
  case redis
  case postgresql
  case inspector

  /// Parses the bytes; ends in a trap that says which law is broken, in release builds too.
  public func run(_ bytes: [UInt8]) {
    if let broken = brokenLaw(bytes) { fatalError(broken) }
  }

  /// Parses the bytes, and says which law is broken, if any.
  public func brokenLaw(_ bytes: [UInt8]) -> String? {
    switch self {
    case .http1, .body, .http2, .hpack, .grpc, .webSocket, .dns, .dnsOverTCP, .tls, .x509, .choice, .smtp,
      .imap,
      .pop3, .ftp, .redis, .postgresql, .inspector:
      brokenByInspector(bytes)
    case .clientHello: brokenByClientHello(bytes)
    }
  }

  /// The session events that the bytes stand for.
  public func events(_ bytes: [UInt8]) -> [SessionEvent] {
    switch self {
    case .http1: dialogue(bytes, port: 80)
    case .body: body(bytes)
    case .dnsOverTCP: dialogue(bytes, port: 53)
    case .dns: datagrams(bytes)
    // Every fourth connection is seen from its midst on.
    case .http2: script(bytes, begunAs: (bytes.first ?? 0) & 0x60 == 0x60 ? [midst] : prefaces)
    case .hpack: headerBlocks(bytes)
    case .grpc: call(bytes)
    case .webSocket: script(bytes, begunAs: upgrade(bytes.first ?? 0))
    case .tls: script(bytes, begunAs: hellos)
    case .x509: certificates(bytes)
    case .choice: talk(bytes)
    case .smtp, .imap, .pop3, .ftp, .redis, .postgresql: talk(bytes, begunAs: greetings)
    case .inspector: script(bytes)
    case .clientHello: []
    }
  }

  // MARK: Running

  /// The same must come out of the events however their bytes are split (the first law).
  private func brokenByInspector(_ bytes: [UInt8]) -> String? {
    let limits = limits(bytes.first ?? 0)
    let events = events(bytes)
    let bodies = HashedBodies()
    let whole = observations(events, limits, bodies)
    let splitBodies = HashedBodies()
    let split = observations(events.flatMap(singleBytes), limits, splitBodies)
    if whole != split {
      let place = zip(whole, split).first { $0 != $1 }
      return "split into bytes, the events tell \(split.count) things, not \(whole.count), among them "
        + (place.map { "\($0.1), not \($0.0)" } ?? "the same to begin with")
    }
    if bodies.ended != splitBodies.ended {
      return "split into bytes, the bodies are \(splitBodies.ended), not \(bodies.ended)"
    }
    let opened = whole.count { if case .opened = $0 { true } else { false } }
    let closed = whole.count { if case .closed = $0 { true } else { false } }
    return closed > opened ? "\(closed) sessions were closed, and \(opened) opened" : nil
  }

  private func brokenByClientHello(_ bytes: [UInt8]) -> String? {
    var whole = ClientHelloAssembler(limit: 2_048)
    var split = ClientHelloAssembler(limit: 2_048)
    let result = whole.receive(bytes)
    var splitResult = ClientHelloAssembler.Progress.needMore
    for byte in bytes { splitResult = split.receive([byte]) }
    for message in [bytes, [1] + bytes] {
      if let hello = ClientHello(handshake: message) {
        _ = TLSHelloFacts(hello, digests: ContentServices.system.digests)
      }
    }
    return result == splitResult ? nil : "split into bytes, the assembler says \(splitResult), not \(result)"
  }

  private func observations(
    _ events: [SessionEvent], _ limits: InspectionLimits, _ bodies: HashedBodies
  ) -> [Observation] {
    var inspector = Inspector(services: ContentServices.system, limits: limits, bodies: bodies)
    var observations: [Observation] = []
    for event in events {
      inspector.receive(event, packet: UInt64(bitPattern: event.time.nanoseconds)) { observations.append($0) }
    }
    return observations
  }

  private func singleBytes(_ event: SessionEvent) -> [SessionEvent] {
    guard case .bytes(let direction, let bytes) = event.kind else { return [event] }
    return bytes.map { byte in
      var copy = event
      copy.kind = .bytes(direction, [byte])
      return copy
    }
  }

  /// Limits so small that short inputs reach them, half of the time.
  private func limits(_ choice: UInt8) -> InspectionLimits {
    var limits = InspectionLimits()
    guard choice & 0x80 != 0 else { return limits }
    limits.undecidedByteCount = 200
    limits.findingCount = 2
    limits.hostNameCount = 2
    limits.http1.lineByteCount = 48
    limits.http1.fieldCount = 3
    limits.http1.sectionByteCount = 100
    limits.http1.pendingExchangeCount = 2
    limits.http1.interimCount = 1
    limits.http1.resynchronisationByteCount = 64
    limits.http2.openStreamCount = 2
    limits.http2.openHeaderByteCount = 400
    limits.http2.headerBlockByteCount = 100
    limits.http2.continuationCount = 2
    limits.http2.headerListByteCount = 200
    limits.http2.tableByteCount = 128
    limits.http2.settingsByteCount = 12
    limits.http2.settingsCount = 2
    limits.http2.interimCount = 1
    limits.http2.resynchronisationByteCount = 40
    limits.http2.resetsPerSecond = 1
    limits.http2.settingsPerSecond = 1
    limits.http2.pingsPerSecond = 1
    limits.webSocket.excerptByteCount = 4
    limits.grpc.messageCount = 2
    limits.grpc.messageByteCount = 32
    limits.grpc.fieldCount = 3
    limits.grpc.depth = 2
    limits.grpc.excerptByteCount = 4
    limits.grpc.largestMessage = 64
    limits.tls.certificateMessageByteCount = 600
    limits.tls.certificateCount = 2
    limits.tls.certificateNameCount = 2
    limits.tls.certificateNameLength = 16
    limits.tls.alertCount = 1
    limits.tls.resynchronisationByteCount = 40
    limits.dns.pendingQueryCount = 2
    limits.dns.answeredQueryCount = 1
    limits.dns.recordCount = 3
    limits.dns.textByteCount = 64
    limits.bodies.partCount = 2
    limits.bodies.nameByteCount = 4
    limits.bodies.partHeaderByteCount = 32
    limits.bodies.excerptByteCount = 4
    limits.nestedCount = 2
    limits.commands.textByteCount = 40
    limits.commands.pendingCommandCount = 2
    limits.commands.interimCount = 2
    limits.commands.heldByteCount = 48
    limits.commands.resynchronisationByteCount = 64
    limits.commands.nestingDepth = 3
    limits.commands.statementCount = 1
    limits.opaque.sampleByteCount = 16
    limits.opaque.guessByteCount = 16
    limits.content.freeByteCount = 64
    limits.content.ratio = 1
    return limits
  }
}
