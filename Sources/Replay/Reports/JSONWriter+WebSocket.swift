import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func webSocketMessage(_ message: WebSocketMessage) {
    object { json in
      json.field("from", message.sender.rawValue)
      json.field("opcode", message.opcodeName)
      json.field("length", message.body.byteCount)
      json.digest("sha256", message.body.sha256, of: message.body.byteCount)
      json.field("decoded_length", message.body.decodedByteCount)
      json.digest("decoded_sha256", message.body.decodedSHA256, of: message.body.decodedByteCount)
      json.field("fragments", message.fragmentCount)
      json.field("close_code", message.closeCode)
      json.field("text") { json in
        if let text = message.text { json.string(bytes: text) } else { json.null() }
      }
      json.field("complete", message.isComplete)
    }
  }
}

extension WebSocketMessage {
  /// What is fit to be read of it: the excerpt where it is text, or may be.
  var text: [UInt8]? {
    switch opcode {
    case 1, 8, 9, 10: excerpt
    default: nil
    }
  }
}
