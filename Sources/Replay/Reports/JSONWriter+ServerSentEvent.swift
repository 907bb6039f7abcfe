import Inspection
import JSONText

extension JSONWriter {
  mutating func serverSentEvent(_ event: ServerSentEvent) {
    object { json in
      json.field("within", event.within)
    }
  }
}
