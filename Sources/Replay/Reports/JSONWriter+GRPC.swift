import Inspection
import JSONText

extension JSONWriter {
  mutating func grpcCall(_ call: GRPCCall) {
    object { json in
      json.field("service", bytes: call.service)
      json.field("method", bytes: call.method)
      json.field("status", call.status)
      json.field("status_name", call.status.map(GRPCStatusName.text))
      json.field("message") { json in
        if let message = call.message { json.string(bytes: message) } else { json.null() }
      }
      json.field("requests") { $0.grpcMessages(call.requests) }
      json.field("responses") { $0.grpcMessages(call.responses) }
    }
  }

  private mutating func grpcMessages(_ messages: GRPCMessages) {
    object { json in
      json.field("count", messages.count)
      json.field("messages") { json in
        json.array { json in
          for message in messages.first { json.grpcMessage(message) }
        }
      }
    }
  }

  private mutating func grpcMessage(_ message: GRPCMessage) {
    object { json in
      json.field("length", message.byteCount)
      json.field("compressed", message.isCompressed)
      json.field("fields") { json in
        if let fields = message.fields { json.protobufFields(fields) } else { json.null() }
      }
    }
  }

  private mutating func protobufFields(_ fields: [ProtobufField]) {
    array { json in
      for field in fields { json.protobufField(field) }
    }
  }

  private mutating func protobufField(_ field: ProtobufField) {
    object { json in
      json.field("number", field.number)
      switch field.value {
      // Numbers as text, as in protobuf's own JSON: many readers round those beyond 2^53.
      case .varint(let value):
        json.field("type", "varint")
        json.field("value", "\(value)")
      case .fixed64(let value):
        json.field("type", "fixed64")
        json.field("value", "\(value)")
      case .fixed32(let value):
        json.field("type", "fixed32")
        json.field("value", "\(value)")
      case .text(let start, let byteCount):
        json.field("type", "text")
        json.field("length", byteCount)
        json.field("value", bytes: start)
      case .message(let fields, let byteCount):
        json.field("type", "message")
        json.field("length", byteCount)
        json.field("fields") { $0.protobufFields(fields) }
      case .bytes(let start, let byteCount):
        json.field("type", "bytes")
        json.field("length", byteCount)
        json.field("value", Hexadecimal.text(start))
      }
    }
  }
}
