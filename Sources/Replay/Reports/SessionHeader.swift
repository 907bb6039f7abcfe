import Inspection
import SessionEvents

/// The lines that say who talks to whom in a session, and under which TLS.
struct SessionHeader {
  private let summary: SessionSummary

  init(_ summary: SessionSummary) {
    self.summary = summary
  }

  /// The line that begins a session.
  ///
  ///     #2   08:22:31.530  curl[4711] 10.0.0.2:41234 → example.com:443 (sni) 93.184.216.34
  ///
  /// What was recorded of a whole host names the user and the unit too: `curl[4711] of alice in cron.service`.
  var line: StyledLine {
    let opening = summary.opening
    var line = StyledLine(session: summary.session, time: summary.opened)
    if let process = opening.process {
      line.add(process.label, .bold)
      if opening.interception == .redirect {
        for remark in process.belonging { line.add(remark, .dim) }
      }
    }
    line.add("\(opening.client)")
    let server = opening.originalDestination
    let host = summary.host
    if host.source == .address {
      line.add("→ \(server)", .bold)
    } else {
      line.add("→ \(DisplayText.safe(host.name)):\(server.port)", .bold)
    }
    line.add("(\(host.source.rawValue))", .dim)
    if host.source != .address { line.add("\(server.address)") }
    if opening.transport == .udp { line.add("udp", .dim) }
    return line
  }

  /// Where the session's beginning is, if it is not here.
  var continuationLine: StyledLine? {
    guard let continues = summary.opening.continues else { return nil }
    let civil = CivilTime(continues.opened)
    let since = "\(civil.date) \(civil.timeOfDay)"
    guard let recording = continues.recording else {
      return .remark("open since \(since) UTC, when nothing was recorded", .notable)
    }
    return .remark("continued from \(DisplayText.safe(recording)), open since \(since) UTC", .dim)
  }

  var tlsLines: [StyledLine] {
    var lines: [StyledLine] = []
    if let facts = summary.serverTLS ?? summary.clientTLS { lines.append(tlsLine(facts)) }
    if let client = summary.clientTLS, let server = summary.serverTLS, !Self.agree(client, server) {
      lines.append(.remark("to the client: \(Self.agreement(client))"))
    }
    for error in summary.serverTLS?.certificateErrors ?? [] {
      lines.append(.remark("! certificate: \(DisplayText.safe(error))", .bad))
    }
    return lines
  }

  var bypassLine: StyledLine? {
    summary.bypass.map { .remark("bypassed, not recorded: \(Self.text($0))", .notable) }
  }

  private func tlsLine(_ facts: TLSFacts) -> StyledLine {
    guard let leaf = facts.certificates.first else { return .remark(Self.agreement(facts)) }
    let subject = DisplayText.safe(leaf.subject)
    let issuer = DisplayText.safe(leaf.issuer)
    return .remark("\(Self.agreement(facts)), certificate \(subject), issued by \(issuer)")
  }

  private static func agree(_ one: TLSFacts, _ other: TLSFacts) -> Bool {
    one.version == other.version && one.alpn == other.alpn && one.cipher == other.cipher
  }

  private static func agreement(_ facts: TLSFacts) -> String {
    let alpn = facts.alpn.map { ", ALPN \(DisplayText.safe($0))" } ?? ""
    return "\(DisplayText.safe(facts.version)) \(DisplayText.safe(facts.cipher))\(alpn)"
  }

  private static func text(_ reason: BypassReason) -> String {
    switch reason {
    case .requested(let pattern): "asked for by \"\(DisplayText.safe(pattern))\""
    case .clientCertificateRequired: "the server wants a client certificate"
    case .unsupported(let what): "unsupported: \(DisplayText.safe(what))"
    }
  }
}
