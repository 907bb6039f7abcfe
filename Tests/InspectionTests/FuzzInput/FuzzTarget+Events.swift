import SessionEvents

// How bytes are read as session events.
extension FuzzTarget {
  /// A byte of choices, then what client and server say in turn, up to the next record separator (0x1e).
  func dialogue(_ bytes: [UInt8], port: UInt16) -> [SessionEvent] {
    var events = EventList(.tcp, port: port)
    let choice = bytes.first ?? 0
    var direction: Direction = choice & 1 == 0 ? .clientToServer : .serverToClient
    for turn in bytes.dropFirst().split(separator: 0x1e, omittingEmptySubsequences: false) {
      events.append(.bytes(direction, Array(turn)))
      direction = direction.opposite
    }
    if choice & 2 != 0 { events.append(.halfClosed(.serverToClient)) }
    events.append(.closed(SessionClosing(choice & 4 == 0 ? .fin : .open)))
    return events.events
  }

  /// A byte of choices, one that chooses type, coding and sender, then a body of HTTP/1.
  func body(_ bytes: [UInt8]) -> [SessionEvent] {
    let types = [
      "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/event-stream",
      "application/dns-message",
    ]
    let codings = ["identity", "gzip", "deflate", "br", "zstd", "gzip, br", "zstd, deflate", "compress"]
    let body = Array(bytes.dropFirst(2))
    let choice = Int(bytes.dropFirst().first ?? 0)
    let fields =
      "Content-Type: \(types[choice & 3])\r\nContent-Encoding: \(codings[choice >> 2 & 7])\r\n"
      + "Content-Length: \(body.count)\r\n\r\n"
    let isRequest = choice & 0x20 != 0
    let request = "POST / HTTP/1.1\r\nHost: a\r\n" + (isRequest ? fields : "Content-Length: 0\r\n\r\n")
    let response = "HTTP/1.1 200 OK\r\n" + (isRequest ? "Content-Length: 0\r\n\r\n" : fields)
    var events = EventList(.tcp, port: 80)
    events.append(.bytes(.clientToServer, Array(request.utf8)))
    if isRequest { events.append(.bytes(.clientToServer, body)) }
    events.append(.bytes(.serverToClient, Array(response.utf8)))
    if !isRequest { events.append(.bytes(.serverToClient, body)) }
    events.append(.closed(SessionClosing(.fin)))
    return events.events
  }

  /// A byte of choices, then datagrams, each with two bytes of length in front; the last may be cut.
  func datagrams(_ bytes: [UInt8]) -> [SessionEvent] {
    var events: EventList
    switch (bytes.first ?? 0) & 3 {
    case 0: events = EventList(.udp, port: 53)
    case 1: events = EventList(.udp, port: 9_999)
    case 2: events = EventList(.udp, port: 5_355)
    default: events = EventList(.udp, port: 5_353, clientPort: 5_353, server: .v4(0xe000_00fb))
    }
    var rest = bytes.dropFirst()
    while rest.count >= 2 {
      let count = Int(rest.removeFirst() & 0x0f) << 8 | Int(rest.removeFirst())
      let datagram = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      events.append(
        .datagram(datagram.first.map { $0 & 1 == 0 } ?? true ? .clientToServer : .serverToClient, datagram))
    }
    events.append(.closed(SessionClosing(.idle)))
    return events.events
  }

  /// How both sides of a TLS session begin: with the smallest hellos.
  var hellos: [SessionEvent.Kind] {
    let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0]
    let client = [1, 0, 0, 41] + body + [0, 2, 0, 47, 1, 0]
    let server = [2, 0, 0, 38] + body + [0, 47, 0]
    return [
      .bytes(.clientToServer, [22, 3, 1, 0, 45] + client),
      .bytes(.serverToClient, [22, 3, 3, 0, 42] + server),
    ]
  }

  /// A byte of choices, then a certificate, which the server shows twice.
  func certificates(_ bytes: [UInt8]) -> [SessionEvent] {
    var events = EventList(.tcp, port: 443)
    for kind in hellos { events.append(kind) }
    let certificate = Array(bytes.dropFirst().prefix(4_000))
    func length(_ count: Int) -> [UInt8] { [0, UInt8(count >> 8), UInt8(count & 0xff)] }
    let entry = length(certificate.count) + certificate
    let list = length(2 * entry.count) + entry + entry
    let message = [11] + length(list.count) + list
    events.append(.bytes(.serverToClient, [22, 3, 3] + length(message.count).dropFirst() + message))
    events.append(.closed(SessionClosing(.fin)))
    return events.events
  }

  /// How a connection is known as HTTP/2 whose beginning is missing.
  var midst: SessionEvent.Kind { .secured(.client, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "h2")) }

  /// How both sides of an HTTP/2 connection begin; the server allows a large dynamic table.
  var prefaces: [SessionEvent.Kind] {
    [
      .bytes(.clientToServer, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]),
      .bytes(.serverToClient, [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0]),
      .bytes(.clientToServer, [0, 0, 0, 4, 1, 0, 0, 0, 0]),
    ]
  }

  /// A byte of choices, then header blocks, each with a byte of length in front: a HEADERS frame of the client each.
  func headerBlocks(_ bytes: [UInt8]) -> [SessionEvent] {
    var events = EventList(.tcp, port: 80)
    for kind in prefaces { events.append(kind) }
    var rest = bytes.dropFirst()
    var stream: UInt16 = 1
    while let count = rest.popFirst() {
      let block = Array(rest.prefix(Int(count)))
      rest = rest.dropFirst(Int(count))
      let header = [0, 0, UInt8(block.count), 1, 5, 0, 0, UInt8(stream >> 8), UInt8(stream & 0xff)]
      events.append(.bytes(.clientToServer, header + block))
      stream += 2
    }
    events.append(.closed(SessionClosing(.fin)))
    return events.events
  }

  /// A byte of choices, then operations: a byte that says which, a length, and so many bytes.
  func script(_ bytes: [UInt8], begunAs beginning: [SessionEvent.Kind] = []) -> [SessionEvent] {
    var events = EventList(.tcp, port: 80)
    for kind in beginning { events.append(kind) }
    var rest = bytes.dropFirst()
    while rest.count >= 2 {
      let operation = rest.removeFirst()
      let count = Int(rest.removeFirst())
      let argument = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      let direction: Direction = operation & 0x10 == 0 ? .clientToServer : .serverToClient
      events.session = SessionID(UInt64(operation >> 5 & 1) + 1)
      switch operation & 0x0f {
      case 0...5: events.append(.bytes(direction, argument))
      case 6: events.append(.datagram(direction, argument))
      case 7: events.append(.gap(direction, byteCount: UInt64(count)))
      case 8: events.append(.halfClosed(direction))
      case 9: events.append(.clientHello(argument))
      case 10: events.append(.secured(.client, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: nil)))
      case 11: events.append(.bypassed(.clientCertificateRequired))
      case 12: events.append(.closed(SessionClosing(.reset(by: .server))))
      case 13: events.append(events.opening(.udp, port: 53))
      case 14: events.append(.gap(direction, byteCount: .max - UInt64(count)))
      default: events.append(events.opening(.tcp, port: UInt16(count)))
      }
    }
    for session: UInt64 in [1, 2] {
      events.session = SessionID(session)
      events.append(.closed(SessionClosing(.fin)))
    }
    return events.events
  }
}

/// Session events, each a nanosecond later than the one before.
struct EventList {
  private(set) var events: [SessionEvent] = []
  var session = SessionID(1)

  init(
    _ transport: TransportProtocol, port: UInt16, clientPort: UInt16 = 40_000,
    server: IPAddress = .v4(0xc633_6407)
  ) {
    append(opening(transport, port: port, clientPort: clientPort, server: server))
  }

  mutating func append(_ kind: SessionEvent.Kind) {
    let time = Timestamp(nanoseconds: Int64(events.count))
    events.append(SessionEvent(session: session, index: UInt64(events.count), time: time, kind: kind))
  }

  func opening(
    _ transport: TransportProtocol, port: UInt16, clientPort: UInt16 = 40_000,
    server: IPAddress = .v4(0xc633_6407)
  ) -> SessionEvent.Kind {
    .opened(
      SessionOpening(
        transport: transport, client: Endpoint(address: .v4(0xc000_0201), port: clientPort),
        originalDestination: Endpoint(address: server, port: port), interception: .capture))
  }
}
