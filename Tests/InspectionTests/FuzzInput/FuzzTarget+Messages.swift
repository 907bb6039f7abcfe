import SessionEvents

// WebSocket and gRPC, which begin behind something else.
extension FuzzTarget {
  /// How both sides agree on WebSocket; the byte chooses with which kind of compression.
  func upgrade(_ choice: UInt8) -> [SessionEvent.Kind] {
    let offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    let agreed =
      switch choice >> 5 & 3 {
      case 0: ""
      case 1: offer
      case 2: "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"
      default: "Sec-WebSocket-Extensions: x-other\r\n"
      }
    let request =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(offer)"
      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    let response =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(agreed)"
      + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    return [.bytes(.clientToServer, Array(request.utf8)), .bytes(.serverToClient, Array(response.utf8))]
  }

  /// A byte of choices, then the bodies of a call: a byte that says who speaks, a length, and so many bytes.
  func call(_ bytes: [UInt8]) -> [SessionEvent] {
    var events = EventList(.tcp, port: 80)
    for kind in prefaces { events.append(kind) }
    let choice = bytes.first ?? 0
    let types = [
      "application/grpc", "application/grpc-web", "application/grpc-web-text", "application/grpc+x",
    ]
    let encodings = ["gzip", "deflate", "identity", "zstd"]
    let common =
      literal("content-type", types[Int(choice & 3)])
      + literal("grpc-encoding", encodings[Int(choice >> 2 & 3)])
    // :method POST, :scheme http, :path /index.html; :status 200.
    events.append(.bytes(.clientToServer, frame(1, 4, [0x83, 0x86, 0x85] + common)))
    events.append(.bytes(.serverToClient, frame(1, 4, [0x88] + common)))
    var rest = bytes.dropFirst()
    while rest.count >= 2 {
      let operation = rest.removeFirst()
      let count = Int(rest.removeFirst())
      let part = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      let direction: Direction = operation & 1 == 0 ? .clientToServer : .serverToClient
      switch operation >> 1 & 7 {
      case 6: events.append(.bytes(direction, frame(1, 5, part)))
      case 7: events.append(.bytes(direction, frame(0, 1, part)))
      default: events.append(.bytes(direction, frame(0, 0, part)))
      }
    }
    let trailers = literal("grpc-status", "0")
    if choice & 0x10 != 0 { events.append(.bytes(.serverToClient, frame(1, 5, trailers))) }
    events.append(.closed(SessionClosing(.fin)))
    return events.events
  }

  /// A frame of stream 1.
  private func frame(_ type: UInt8, _ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, 1] + payload
  }

  /// A field that is not indexed.
  private func literal(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }
}
