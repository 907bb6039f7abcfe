import Inspection
import SessionEvents

/// `METHOD TARGET BODY [cut] → INTERIM… STATUS BODY [+TRAILERS] [cut]`.
func toldHTTP(_ exchange: Exchange) -> String {
  if let opaque = exchange.opaque { return "opaque \(opaque.clientByteCount) \(opaque.serverByteCount)" }
  if let hello = exchange.hello { return "hello \(hello.serverName ?? "")" }
  if let message = exchange.message { return "\(message.opcodeName) by the \(message.sender.rawValue)" }
  guard let http = exchange.http else { return "something else" }
  var text = "?"
  if let request = http.request {
    text =
      "\(String(decoding: request.method, as: UTF8.self)) \(String(decoding: request.target, as: UTF8.self))"
    text += " \(request.body.byteCount)\(request.isComplete ? "" : " cut")"
  }
  text += " →"
  for interim in http.interim { text += " \(interim.status)" }
  guard let response = http.response else { return text + " ?" }
  text += " \(response.status) \(response.body.byteCount)"
  if !response.trailers.isEmpty { text += " +\(response.trailers.count)" }
  return text + (response.isComplete ? "" : " cut")
}
