import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func serverHello(_ hello: TLSServerHelloFacts) {
    object { json in
      json.field("from", Party.server.rawValue)
    }
  }
}
