import Inspection
import JSONText
import SessionEvents

/// The entry of an exchange that opened a WebSocket, and the messages that came since.
final class HARSocket {
  let exchange: Exchange
  /// The entry's JSON, whole.
  let entry: SpilledBytes
  private let messages: SpilledBytes

  init(_ exchange: Exchange, _ space: SpillSpace) {
    self.exchange = exchange
    entry = SpilledBytes(in: space)
    messages = SpilledBytes(in: space)
  }

  /// Adds a message, whose payload is `body`, or else as much as the exchange itself has of it.
  func append(
    _ message: WebSocketMessage, _ exchange: Exchange, body: ShelvedBody?, _ space: SpillSpace
  ) throws(ExportError) {
    let payload: SpilledBytes
    if let body, !body.isTooLong {
      payload = body.bytes
    } else {
      payload = SpilledBytes(in: space)
      payload.append(message.excerpt.span)
    }
    var check = TextCheck()
    try payload.forEachPiece { piece throws(ExportError) in check.update(piece) }
    let isText = message.opcode != 2 && check.isWholeUTF8
    let count = message.body.decodedByteCount ?? message.body.byteCount
    let isCut = UInt64(payload.count) < count && message.opcode != 8

    var json = JSONWriter()
    if messages.count > 0 { messages.append(Array(",".utf8).span) }
    // Written by hand, as the data may not fit into memory: a writer's closures throw nothing.
    var head = Array("{\"type\":\"\(message.sender == .client ? "send" : "receive")\",\"time\":".utf8)
    json.decimal(exchange.start.nanoseconds, fractionDigits: 9)
    head += json.take() + Array(",\"opcode\":\(message.opcode),\"data\":\"".utf8)
    messages.append(head.span)
    try payload.writeText(isBase64: !isText) { messages.append($0) }
    let comment = isCut ? ",\"_comment\":\"the first of \(count) bytes\"" : ""
    messages.append(Array("\"\(comment)}".utf8).span)
  }

  /// Hands over the entry with its messages.
  func finish(_ write: (Span<UInt8>) -> Void) throws(ExportError) {
    var left = entry.count - 1
    // All but the brace that closes the entry's object.
    try entry.forEachPiece { piece throws(ExportError) in
      write(piece.extracting(0..<min(piece.count, left)))
      left -= min(piece.count, left)
    }
    write(Array(",\"_webSocketMessages\":[".utf8).span)
    try messages.forEachPiece { piece throws(ExportError) in write(piece) }
    write(Array("]}".utf8).span)
  }
}

extension SpilledBytes {
  /// Hands over the bytes as what stands within a JSON string: as they are, which must be UTF-8, or in base64.
  func writeText(isBase64: Bool, _ write: (Span<UInt8>) -> Void) throws(ExportError) {
    var json = JSONWriter()
    var base64 = Base64Pieces()
    try forEachPiece { piece throws(ExportError) in
      if isBase64 {
        write(Array(base64.text(piece).utf8).span)
      } else {
        json.continueString(piece)
        write(json.take().span)
      }
    }
    if isBase64 { write(Array(base64.finish().utf8).span) }
  }
}
