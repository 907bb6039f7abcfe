import Inspection
import JSONText

extension JSONWriter {
  mutating func opaqueFields(_ opaque: OpaqueExchange) {
    field("client_bytes", opaque.client.byteCount)
    field("server_bytes", opaque.server.byteCount)
  }
}
