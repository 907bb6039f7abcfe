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
    let exchange = web.exchange
    send = 0
    wait = max(0, exchange.end.nanoseconds(since: exchange.start))
    receive = 0
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
