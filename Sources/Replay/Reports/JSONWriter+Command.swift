import Inspection
import JSONText

extension JSONWriter {
  mutating func commandFields(_ exchange: CommandExchange) {
    field("command") { $0.null() }
    field("reply") { $0.null() }
  }
}
