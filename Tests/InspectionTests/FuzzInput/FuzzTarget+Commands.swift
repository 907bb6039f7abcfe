import SessionEvents

// How bytes are read as sessions of commands and replies.
extension FuzzTarget {
  /// A byte of choices, then what client and server say in turn, up to the next record separator (0x1e); a turn that
  /// begins with a group separator (0x1d) is one whose bytes are missing, as many as the byte behind it says.
  func talk(_ bytes: [UInt8], begunAs beginning: [SessionEvent.Kind] = []) -> [SessionEvent] {
    var events = EventList(.tcp, port: 9_999)
    let choice = bytes.first ?? 0
    // Half of the time the session is seen from its midst on.
    if choice & 8 == 0 { for kind in beginning { events.append(kind) } }
    var direction: Direction = choice & 1 == 0 ? .clientToServer : .serverToClient
    for turn in bytes.dropFirst().split(separator: 0x1e, omittingEmptySubsequences: false) {
      if turn.first == 0x1d {
        events.append(.gap(direction, byteCount: UInt64(turn.dropFirst().first ?? 1)))
      } else {
        events.append(.bytes(direction, Array(turn)))
      }
      direction = direction.opposite
    }
    if choice & 2 != 0 { events.append(.halfClosed(.serverToClient)) }
    events.append(.closed(SessionClosing(choice & 4 == 0 ? .fin : .open)))
    return events.events
  }

  /// What makes sure of the protocol.
  var greetings: [SessionEvent.Kind] {
    switch self {
    case .smtp: [server("220 a ESMTP\r\n"), client("EHLO b\r\n"), server("250 a\r\n")]
    case .imap: [server("* OK a\r\n"), client("a CAPABILITY\r\n"), server("a OK b\r\n")]
    case .pop3: [server("+OK a\r\n"), client("CAPA\r\n"), server("-ERR\r\n")]
    case .ftp: [server("220 FTP\r\n"), client("FEAT\r\n"), server("500 no\r\n")]
    case .redis: [client("*1\r\n$4\r\nPING\r\n"), server("+PONG\r\n")]
    case .postgresql:
      [
        .bytes(.clientToServer, [0, 0, 0, 17, 0, 3, 0, 0] + Array("user\0a\0".utf8) + [0, 0]),
        .bytes(.serverToClient, [0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]),
      ]
    case .http1, .body, .http2, .hpack, .grpc, .webSocket, .dns, .dnsOverTCP, .clientHello, .tls, .x509,
      .choice,
      .inspector:
      []
    }
  }

  private func client(_ text: String) -> SessionEvent.Kind { .bytes(.clientToServer, Array(text.utf8)) }
  private func server(_ text: String) -> SessionEvent.Kind { .bytes(.serverToClient, Array(text.utf8)) }
}
