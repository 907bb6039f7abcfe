import Inspection

extension ExchangeLines {
  func addServerSentEvent(_ event: ServerSentEvent, to line: inout StyledLine) {
    line.addColumns(what: "SSE", status: "", statusStyle: .plain, size: "", duration: duration)
  }
}
