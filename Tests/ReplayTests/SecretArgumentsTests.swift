import Inspection
import Replay
import Testing

@Suite struct `Secrets in commands` {
  struct Case: Sendable, CustomTestStringConvertible {
    var dialect: CommandExchange.Dialect
    var verb: String
    var arguments: String
    var shown: String

    var testDescription: String { "\(dialect.rawValue) \(verb) \(arguments)" }
  }

  static let cases = [
    Case(dialect: .ftp, verb: "PASS", arguments: "secret", shown: "PASS •••"),
    Case(dialect: .ftp, verb: "pass", arguments: "sec ret", shown: "pass •••"),
    Case(dialect: .ftp, verb: "ACCT", arguments: "secret", shown: "ACCT •••"),
    Case(dialect: .ftp, verb: "USER", arguments: "alice", shown: "USER alice"),
    Case(dialect: .pop3, verb: "PASS", arguments: "secret", shown: "PASS •••"),
    Case(dialect: .pop3, verb: "APOP", arguments: "alice secret", shown: "APOP alice •••"),
    Case(dialect: .pop3, verb: "AUTH", arguments: "PLAIN secret", shown: "AUTH PLAIN •••"),
    Case(dialect: .smtp, verb: "AUTH", arguments: "PLAIN secret", shown: "AUTH PLAIN •••"),
    Case(dialect: .smtp, verb: "AUTH", arguments: "LOGIN", shown: "AUTH LOGIN"),
    Case(dialect: .imap, verb: "LOGIN", arguments: #""a user" "sec ret""#, shown: #"LOGIN "a user" •••"#),
    Case(dialect: .imap, verb: "authenticate", arguments: "PLAIN secret", shown: "authenticate PLAIN •••"),
    Case(dialect: .redis, verb: "AUTH", arguments: "secret", shown: "AUTH •••"),
    Case(dialect: .redis, verb: "auth", arguments: "alice secret", shown: "auth alice •••"),
    Case(dialect: .redis, verb: "HELLO", arguments: "3 AUTH alice secret", shown: "HELLO 3 AUTH alice •••"),
    Case(
      dialect: .redis, verb: "CONFIG", arguments: "SET requirepass secret",
      shown: "CONFIG SET requirepass •••"),
    Case(dialect: .redis, verb: "ACL", arguments: "SETUSER alice >secret", shown: "ACL SETUSER alice •••"),
    Case(dialect: .redis, verb: "ACL", arguments: "WHOAMI", shown: "ACL WHOAMI"),
    Case(
      dialect: .redis, verb: "MIGRATE", arguments: "h 1 k 0 9 AUTH secret",
      shown: "MIGRATE h 1 k 0 9 AUTH •••"),
    Case(dialect: .redis, verb: "SET", arguments: "auth secret", shown: "SET auth secret"),
  ]

  @Test(arguments: cases) func `are hidden from people, and not from programs`(_ test: Case) {
    let content = SampleObservations.command(test.dialect, test.verb, test.arguments, nil)
    let session = SampleObservations.mail
    let observation = SampleObservations.exchange(session, from: 0, to: 0, content)
    let text = `Show report`.text([observation]).split(separator: "\n").last ?? ""
    #expect(text.hasSuffix("  \(test.shown)  no reply"), "\(text)")
    let json = `Exchanges report`.lines([observation])[0]
    let escaped = test.arguments.replacing("\"", with: "\\\"")
    #expect(json.contains(#""arguments":"\#(escaped)""#))
  }
}
