import Inspection
import SessionEvents

extension ExchangeLines {
  /// More of a text would hide what stands around it.
  private static let shownTextByteCount = 80

  /// `WS     1000     2.1 kB   1.2 ms  client → server  text  "hello"  9.8 kB inflated`.
  func addWebSocket(_ message: WebSocketMessage, to line: inout StyledLine) {
    line.addColumns(
      what: "WS", status: "", statusStyle: .plain, size: HumaneUnits.size(message.body.byteCount),
      duration: duration)
    line.add("\(message.sender.rawValue):")
    line.add(message.opcodeName)
    if let code = message.closeCode { line.add(String(code), code == 1_000 ? .plain : .notable) }
    if let text = message.text, !text.isEmpty {
      let shown = Array(text.prefix(Self.shownTextByteCount))
      let byteCount = message.closeCode == nil ? message.body.decodedByteCount ?? message.body.byteCount : 0
      let isCut = shown.count < text.count || UInt64(text.count) < byteCount
      line.add("\"\(DisplayText.safe(bytes: shown))\"\(isCut ? "…" : "")", separator: "  ")
    }
    if let decoded = message.body.decodedByteCount, decoded != message.body.byteCount {
      line.add("\(HumaneUnits.size(decoded)) inflated", .dim, separator: "  ")
    }
    if message.fragmentCount > 1 {
      line.add("\(message.fragmentCount) fragments", .dim, separator: "  ")
    }
    if !message.isComplete { line.add("incomplete", .notable, separator: "  ") }
  }
}
