import Inspection

extension ExchangeLines {
  /// `SSE             12 B            update  #17  "{\"price\":"…  of exchange 3`.
  func addServerSentEvent(_ event: ServerSentEvent, to line: inout StyledLine) {
    line.addColumns(
      what: "SSE", status: "", statusStyle: .plain, size: HumaneUnits.size(event.dataByteCount),
      duration: duration)
    line.add(DisplayText.safe(bytes: event.type))
    if let id = event.id { line.add("#\(DisplayText.safe(bytes: id))", separator: "  ") }
    if !event.excerpt.isEmpty {
      let mark = UInt64(event.excerpt.count) < event.dataByteCount ? "…" : ""
      line.add("\"\(DisplayText.safe(bytes: event.excerpt))\"\(mark)", separator: "  ")
    }
    line.add("in exchange \(event.within)", .dim, separator: "  ")
  }
}
