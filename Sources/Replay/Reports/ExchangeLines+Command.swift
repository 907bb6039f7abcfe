import Inspection

extension ExchangeLines {
  func addCommand(_ command: CommandExchange, to line: inout StyledLine) {
    line.addColumns(what: "CMD", status: "", statusStyle: .plain, size: "", duration: duration)
  }
}
