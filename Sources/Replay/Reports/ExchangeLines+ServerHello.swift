import Inspection

extension ExchangeLines {
  func addServerHello(_ hello: TLSServerHelloFacts, to line: inout StyledLine) {
    line.addColumns(what: "TLS", status: "", statusStyle: .plain, size: "", duration: duration)
  }
}
