import Inspection
import SessionEvents

extension ExchangeLines {
  func addOpaque(_ opaque: OpaqueExchange, to line: inout StyledLine) {
    line.addColumns(
      what: summary.opening.transport.rawValue.uppercased(), status: "", statusStyle: .plain, size: "",
      duration: duration)
    line.add("\(HumaneUnits.size(opaque.client.byteCount)) from the client,")
    line.add("\(HumaneUnits.size(opaque.server.byteCount)) from the server,")
    let alpn = (summary.clientTLS ?? summary.serverTLS)?.alpn
    if let alpn {
      line.add("\(DisplayText.safe(alpn)) is not read \(alpn == "h2" ? "any further" : "here")", .dim)
    } else if let guess = opaque.guess {
      line.add("perhaps \(DisplayText.safe(guess.name)):", .dim)
      line.add(DisplayText.safe(guess.reason), .dim)
    } else {
      line.add("protocol not known", .dim)
    }
  }
}
