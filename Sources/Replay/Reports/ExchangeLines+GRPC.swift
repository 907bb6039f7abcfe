import Inspection

extension ExchangeLines {
  /// `gRPC NOT_FOUND "no such user"  1 message sent, 0 received`, behind the line of the HTTP exchange.
  func addGRPC(_ call: GRPCCall, to line: inout StyledLine) {
    let status = call.status.map(GRPCStatusName.text) ?? "without status"
    line.add("gRPC \(DisplayText.safe(status))", call.status == 0 ? .plain : .notable, separator: "  ")
    if let message = call.message, !message.isEmpty { line.add("\"\(DisplayText.safe(bytes: message))\"") }
    let count = call.requests.count
    line.add(
      "\(count) \(count == 1 ? "message" : "messages") sent, \(call.responses.count) received", .dim,
      separator: "  ")
  }
}
