import CommandSupport
import Replay

/// The service's status for people to read.
struct StatusText {
  let document: StatusDocument
  /// Lines are cut to this; nil: never.
  let width: Int?

  var text: String {
    var lines = [heading] + facts.map { "\(Self.label($0.name))\($0.text)" }
    lines.append("")
    lines.append(sessionHeading)
    if let width { lines = lines.map { TextTable.cut($0, to: width) } }
    if !document.sessions.isEmpty { lines += table.lines(width: width) }
    return lines.map { "\($0)\n" }.joined()
  }

  // MARK: The service

  private var heading: String {
    let up = HumaneUnits.duration(document.uptime)
    return
      "relay \(shown(document.version)), process \(document.pid), up \(up), since \(Self.toTheSecond(shown(document.started)))"
  }

  /// `2026-11-24T08:00:00.123456789Z` without the fraction.
  private static func toTheSecond(_ time: String) -> String {
    guard let point = time.firstIndex(of: ".") else { return time }
    return "\(time[..<point])Z"
  }

  private var facts: [(name: String, text: String)] {
    return [("settings", document.configuration.map(shown) ?? "no file")] + listeners + [
      ("recording", recording),
      ("sessions", sessions),
      ("relayed", relayed),
    ] + troubles
  }

  /// A line for each address.
  private var listeners: [(name: String, text: String)] {
    var addresses: [String] = []
    var ports: [String: [String]] = [:]
    for listener in document.listeners {
      guard let colon = listener.address.lastIndex(of: ":") else { continue }
      let address = String(listener.address[..<colon])
      if ports[address] == nil { addresses.append(address) }
      ports[address, default: []].append("\(listener.purpose) \(listener.address[colon...].dropFirst())")
    }
    guard !addresses.isEmpty else { return [("listening", "nowhere")] }
    return addresses.enumerated().map { index, address in
      let list = ports[address, default: []].joined(separator: ", ")
      return (index == 0 ? "listening" : "", shown("\(address): \(list)"))
    }
  }

  private static func label(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, 11 - name.count))
  }

  private var recording: String {
    guard let recording = document.recording else { return "none" }
    var parts = [recording.file.map(shown) ?? "no file"]
    parts.append(
      "\(HumaneUnits.size(recording.writtenBytes)), \(HumaneUnits.count(recording.packets)) packets in all files"
    )
    if recording.queuedEvents > 0 { parts.append("\(HumaneUnits.count(recording.queuedEvents)) events wait") }
    return parts.joined(separator: "; ")
  }

  private var sessions: String {
    let treatments = document.totals.treatments.filter { $0.count > 0 }.map { count in
      "\(HumaneUnits.count(count.count)) \(words(count.name))"
    }
    let kinds = treatments.isEmpty ? "" : " (\(treatments.joined(separator: ", ")))"
    return "\(HumaneUnits.count(document.opened("tcp"))) TCP\(kinds), "
      + "\(HumaneUnits.count(document.opened("udp"))) UDP"
  }

  private var relayed: String {
    let totals = document.totals
    let up = totals.streamBytes.client &+ totals.datagramBytes.client
    let down = totals.streamBytes.server &+ totals.datagramBytes.server
    return "\(HumaneUnits.size(up)) up, \(HumaneUnits.size(down)) down"
  }

  /// What is not as it should be; nothing where all is well.
  private var troubles: [(name: String, text: String)] {
    var troubles: [(String, String)] = []
    if let recording = document.recording {
      if let failure = recording.failure {
        troubles.append(("failure", "\(shown(recording.state)): \(shown(failure))"))
      }
      if recording.lostEvents > 0 {
        let events = HumaneUnits.count(recording.lostEvents)
        troubles.append(
          ("lost", "\(events) events with \(HumaneUnits.size(recording.lostBytes)) are not recorded"))
      }
    }
    let ends =
      document.totals.failures.filter { $0.count > 0 }.map {
        "\(HumaneUnits.count($0.count)) \(words($0.name))"
      }
      + document.totals.resets.filter { $0.count > 0 }.map {
        "\(HumaneUnits.count($0.count)) reset by the \(words($0.name))"
      }
    if !ends.isEmpty { troubles.append(("ends", ends.joined(separator: ", "))) }
    if document.totals.badCertificates > 0 {
      let count = HumaneUnits.count(document.totals.badCertificates)
      troubles.append(("servers", "certificates did not stand (TLS handshakes: \(count))"))
    }
    if let refused { troubles.append(("refused", refused)) }
    if document.admission.isPaused { troubles.append(("accepting", "paused: too many connections are open")) }
    return troubles
  }

  private var refused: String? {
    let counts = [
      (document.admission.unredirected, "not redirected here"), (document.admission.loops, "the relay's own"),
    ].filter { $0.0 > 0 }
    return counts.isEmpty ? nil : counts.map { "\(HumaneUnits.count($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  // MARK: Live sessions

  private var sessionHeading: String {
    let live = HumaneUnits.count(document.liveCount)
    switch document.liveCount {
    case 0: return "no live sessions"
    case 1: return "1 live session"
    case UInt64(document.sessions.count): return "\(live) live sessions"
    default:
      return
        "\(live) live sessions, of which \(HumaneUnits.count(UInt64(document.sessions.count))) are listed"
    }
  }

  private var table: TextTable {
    var table = TextTable(columns: [
      .init(title: "ID", isNumber: true), .init(title: "AGE", isNumber: true),
      .init(title: "PROCESS", narrowest: 8), .init(title: "USER", narrowest: 6),
      .init(title: "CLIENT → SERVER", narrowest: 15), .init(title: "PROTOCOL", narrowest: 8),
      .init(title: "UP", isNumber: true), .init(title: "DOWN", isNumber: true),
    ])
    table.rows = document.sessions.sorted { $0.id < $1.id }.map { session in
      [
        String(session.id), HumaneUnits.duration(session.age), process(session.process),
        session.process.map { $0.user.map(shown) ?? String($0.uid) } ?? "?",
        "\(shown(session.client)) → \(server(of: session))", protocolName(of: session),
        HumaneUnits.size(session.bytes.client), HumaneUnits.size(session.bytes.server),
      ]
    }
    return table
  }

  private func process(_ process: StatusDocument.Process?) -> String {
    guard let process, let pid = process.pid else { return "?" }
    return "\(process.name.map(shown) ?? "?")[\(pid)]"
  }

  /// The name where there is one, with the address's port.
  private func server(of session: StatusDocument.Session) -> String {
    guard let host = session.host, let colon = session.server.lastIndex(of: ":") else {
      return shown(session.server)
    }
    return shown(host + session.server[colon...])
  }

  private func protocolName(of session: StatusDocument.Session) -> String {
    let tls = [session.tls, session.alpn].compactMap(\.self).map(shown)
    let name: String
    switch (session.transport, session.treatment) {
    case ("udp", _): name = "dns"
    case (_, "decrypted"): name = tls.joined(separator: " ")
    case (_, "plain"): name = "plain"
    case (_, .some): return "bypassed"
    case (_, nil): return shown(session.state)
    }
    return session.state == "closing" ? "\(name), closing" : name
  }

  // MARK: Words

  private func words(_ name: String) -> String { shown(StatusWords.phrase(for: name)) }

  /// What others have chosen is not to reach the terminal as it is.
  private func shown(_ text: String) -> String { TerminalText.escaped(text) }
}
