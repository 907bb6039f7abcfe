import Inspection
import JSONText

extension JSONWriter {
  mutating func opaqueFields(_ opaque: OpaqueExchange) {
    field("client_bytes", opaque.client.byteCount)
    field("server_bytes", opaque.server.byteCount)
    entropy("client_entropy", opaque.client)
    entropy("server_entropy", opaque.server)
    field("client_start", Hexadecimal.text(opaque.client.start))
    field("server_start", Hexadecimal.text(opaque.server.start))
    field("guess") { json in
      guard let guess = opaque.guess else { return json.null() }
      json.object { json in
        json.field("name", guess.name)
        json.field("reason", guess.reason)
      }
    }
  }

  private mutating func entropy(_ name: String, _ look: OpaqueExchange.Look) {
    field(name) { json in
      guard let entropy = look.entropy else { return json.null() }
      json.decimal(Int64(entropy), fractionDigits: 3)
    }
  }
}
