import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func webSocketMessage(_ message: WebSocketMessage) {
    object { json in
      json.field("from", message.sender.rawValue)
    }
  }
}
