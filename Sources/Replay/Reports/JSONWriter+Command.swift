import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func commandFields(_ exchange: CommandExchange) {
    field("command") { json in
      guard let command = exchange.command else { return json.null() }
      json.command(command)
    }
    field("interim") { json in
      json.array { json in
        for interim in exchange.interim { json.interim(interim) }
      }
    }
    field("reply") { json in
      guard let reply = exchange.reply else { return json.null() }
      json.reply(reply)
    }
    if exchange.dialect == .ftp { field("data_address", exchange.dataEndpoint.map { "\($0)" }) }
  }

  private mutating func command(_ command: CommandExchange.Command) {
    object { json in
      if let tag = command.tag { json.field("tag", bytes: tag) }
      json.field("verb", bytes: command.verb)
      json.field("arguments", bytes: command.arguments)
      json.field("length", command.byteCount)
      json.payload(command.payload)
    }
  }

  private mutating func interim(_ interim: CommandExchange.Interim) {
    object { json in
      json.field("from", interim.sender.rawValue)
      json.field("status", bytes: interim.status)
      json.field("text", bytes: interim.text)
    }
  }

  private mutating func reply(_ reply: CommandExchange.Reply) {
    object { json in
      json.field("status", bytes: reply.status)
      json.field("error", reply.isError)
      json.field("code") { json in
        if let code = reply.code { json.string(bytes: code) } else { json.null() }
      }
      json.field("text", bytes: reply.text)
      json.field("items", reply.itemCount)
      json.field("length", reply.byteCount)
      json.payload(reply.payload)
    }
  }

  private mutating func payload(_ body: HTTPBody?) {
    field("payload") { json in
      guard let body else { return json.null() }
      json.object { json in
        json.field("length", body.byteCount)
        let digest = body.sha256.map(Hexadecimal.text)
        json.field("sha256", digest ?? (body.byteCount == 0 ? Hexadecimal.sha256OfNothing : nil))
      }
    }
  }
}
