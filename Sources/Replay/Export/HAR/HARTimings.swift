import Inspection
import JSONText
import SessionEvents

/// How long the parts of an exchange took, in nanoseconds, as far as the packets tell.
///
/// They are seen where the capture was made: what the network took on the way there is in `wait`.
struct HARTimings {
  private let send: Int64
  private let wait: Int64
  private let receive: Int64

  init(_ web: WebExchange) {
    let (start, end) = (web.exchange.start, web.exchange.end)
    // A server may answer before the request is over, and a capture may lack either.
    let answer = max(start, web.http.responseStart ?? end)
    let asked = min(max(start, web.http.requestEnd ?? start), answer)
    send = asked.nanoseconds(since: start)
    wait = answer.nanoseconds(since: asked)
    receive = max(0, end.nanoseconds(since: answer))
  }

  var total: Int64 { send + wait + receive }

  func write(_ json: inout JSONWriter) {
    json.object { json in
      for name in ["blocked", "dns", "connect", "ssl"] { json.field(name, -1) }
      json.field("send") { $0.milliseconds(send) }
      json.field("wait") { $0.milliseconds(wait) }
      json.field("receive") { $0.milliseconds(receive) }
    }
  }
}
