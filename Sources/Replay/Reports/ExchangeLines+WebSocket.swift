import Inspection

extension ExchangeLines {
  func addWebSocket(_ message: WebSocketMessage, to line: inout StyledLine) {
    line.addColumns(what: "WS", status: "", statusStyle: .plain, size: "", duration: duration)
  }
}
