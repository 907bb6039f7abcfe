import ArgumentParser
import Replay

/// What to tell of, the same for every subcommand.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only what was said to this host: the session's, or the one that an HTTP request names; '*' stands for anything, as in '*.example.com'.",
      valueName: "host"))
  var host: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only sessions of this process: its name, its executable's last path component, or its number.",
      valueName: "name"))
  var process: [String] = []

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "Only exchanges of this protocol: \(ProtocolPattern.names.joined(separator: ", ")); http is both versions.",
      valueName: "name"),
    completion: .list(ProtocolPattern.names))
  var protocolNames: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only exchanges that came out so: 200, 4xx, 400-499, '>=400', NXDOMAIN, error, or none for no answer.",
      valueName: "status"))
  var status: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Only exchanges with this method or command: POST, MAIL, QUERY.", valueName: "name"))
  var method: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only sessions of these numbers: 7, 3-5, or 8- for all from there on.", valueName: "number"))
  var session: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only what began at or after this time: RFC 3339, a time of day (UTC), or as +90s from the recording's start.",
      valueName: "time"))
  var since: String?

  @Option(name: .long, help: ArgumentHelp("Only what began before this time.", valueName: "time"))
  var until: String?

  func validate() throws { _ = try parsed() }

  var criteria: SelectionCriteria { (try? parsed()) ?? SelectionCriteria() }

  private func parsed() throws -> SelectionCriteria {
    var criteria = SelectionCriteria()
    criteria.hosts = try parse(host, "--host wants a name or an address") { HostPattern($0) }
    criteria.processes = try parse(process, "--process wants a name or a number") { ProcessPattern($0) }
    criteria.protocols = try parse(
      protocolNames, "--protocol wants one of \(ProtocolPattern.names.joined(separator: ", "))"
    ) { ProtocolPattern($0) }
    criteria.statuses = try parse(
      status, "--status wants a status such as 200, 4xx, 400-499, '>=400', NXDOMAIN, error or none"
    ) { StatusPattern($0) }
    criteria.methods = try parse(method, "--method wants a method such as POST") { MethodPattern($0) }
    criteria.sessions = try parse(session, "--session wants a number, or a range such as 3-5 or 8-") {
      SessionRange($0)
    }
    criteria.since = try parse(since.map { [$0] } ?? [], "--since \(Self.momentHint)") { Moment($0) }.first
    criteria.until = try parse(until.map { [$0] } ?? [], "--until \(Self.momentHint)") { Moment($0) }.first
    return criteria
  }

  private static let momentHint = "wants a time such as 2026-11-24T09:04:43Z, 09:04 or +90s"

  /// What the options' texts mean.
  private func parse<Pattern>(
    _ texts: [String], _ wanted: String, _ pattern: (String) -> Pattern?
  ) throws -> [Pattern] {
    try texts.map { text in
      guard !text.isEmpty else { throw ValidationError(wanted) }
      guard let pattern = pattern(text) else { throw ValidationError("\(wanted), not '\(text)'") }
      return pattern
    }
  }
}
