import Inspection
import SessionEvents

// Commands and replies of every dialect.
extension SampleObservations {
  static var mail: SessionSummary {
    summary(6, .tcp, client: "10.0.0.1:55716", server: "10.1.2.6:25", process: nil, at: 200)
  }

  static func reply(
    _ status: String, _ text: String, isError: Bool = false, code: String? = nil, items: UInt64? = nil,
    payload: HTTPBody? = nil
  ) -> CommandExchange.Reply {
    CommandExchange.Reply(
      status: Array(status.utf8), isError: isError, code: code.map { Array($0.utf8) }, text: Array(text.utf8),
      itemCount: items, byteCount: 99, payload: payload)
  }

  static func command(
    _ dialect: CommandExchange.Dialect, tag: String? = nil, _ verb: String, _ arguments: String,
    payload: HTTPBody? = nil, interim: [CommandExchange.Interim] = [], _ reply: CommandExchange.Reply?,
    data: String? = nil
  ) -> Exchange.Content {
    let command = CommandExchange.Command(
      tag: tag.map { Array($0.utf8) }, verb: Array(verb.utf8), arguments: Array(arguments.utf8),
      byteCount: 31, payload: payload)
    return .command(
      CommandExchange(
        dialect: dialect, command: command, interim: interim, reply: reply,
        dataEndpoint: data.flatMap { Endpoint($0) }))
  }

  static func interim(_ status: String, _ text: String) -> CommandExchange.Interim {
    CommandExchange.Interim(sender: .server, status: Array(status.utf8), text: Array(text.utf8))
  }

  static var commands: [Observation] {
    let greeting = CommandExchange(dialect: .smtp, command: nil, reply: reply("220", "mail.test ESMTP"))
    let body = HTTPBody(byteCount: 12_345, sha256: [UInt8](repeating: 4, count: 32))
    let contents: [Exchange.Content] = [
      .command(greeting),
      command(.smtp, "EHLO", "client.test", reply("250", "mail.test", items: 5)),
      command(
        .smtp, "AUTH", "PLAIN AGFsaWNlAHNlY3JldA==",
        reply("535", "invalid credentials", isError: true, code: "5.7.8")),
      command(
        .smtp, "DATA", "", payload: body, interim: [interim("354", "go ahead")],
        reply("250", "queued", code: "2.0.0")),
      command(.imap, tag: "A1", "LOGIN", "alice secret", reply("OK", "done", items: 0)),
      command(.pop3, "RETR", "1", reply("+OK", "", items: 12, payload: body)),
      command(.ftp, "PASS", "secret", reply("230", "welcome")),
      command(.ftp, "PASV", "", reply("227", "(10,1,2,6,4,1)"), data: "10.1.2.6:1025"),
      command(
        .redis, "SET", #""a key" 1"#,
        reply("error", "Operation against a key", isError: true, code: "WRONGTYPE")),
      command(.redis, "AUTH", "alice secret", reply("string", "OK")),
      command(.postgresql, "Query", "select 1", reply("SELECT 1", "", items: 1)),
      command(.socks, "CONNECT", "example.com:443", reply("0", "succeeded")),
      command(.proxy, "PROXY", "TCP4 192.0.2.1 198.51.100.1 5000 443", nil),
    ]
    return [.opened(mail)]
      + contents.enumerated().map { exchange(mail, $0.offset, from: 201, to: 202, $0.element) }
  }
}
