import Inspection
import JSONText

extension JSONWriter {
  mutating func serverSentEvent(_ event: ServerSentEvent) {
    object { json in
      json.field("within", event.within)
      json.field("type", bytes: event.type)
      json.field("id") { json in
        if let id = event.id { json.string(bytes: id) } else { json.null() }
      }
      json.field("length", event.dataByteCount)
      json.digest("sha256", event.dataSHA256, of: event.dataByteCount)
      json.field("text", bytes: event.excerpt)
    }
  }
}
