package import Logging
import SessionEvents

/// Tells of sessions in the log, at debug: a line when one opens, and one when it is over.
///
/// At any other level nothing is made of them. Command lines, which may hold secrets, are not told.
package struct SessionLog: Sendable {
  private let logger: Logger

  package init(logger: Logger) {
    self.logger = logger
  }

  func opened(_ session: LiveSession) {
    logger.debug("session opened", metadata: Self.parties(of: session))
  }

  func closed(_ session: LiveSession, _ closing: SessionClosing, at time: Timestamp) {
    logger.debug("session closed", metadata: Self.facts(of: session, closing, at: time))
  }

  private static func parties(of session: LiveSession) -> Logger.Metadata {
    let opening = session.opening
    var facts: Logger.Metadata = [
      "session": "\(session.id)", "transport": "\(opening.transport.rawValue)",
      "client": "\(opening.client)", "server": "\(opening.originalDestination)",
    ]
    guard let process = opening.process else { return facts }
    facts["user"] = "\(process.user ?? String(process.uid))"
    if let pid = process.pid { facts["process"] = "\(process.name ?? "?")[\(pid)]" }
    return facts
  }

  private static func facts(
    of session: LiveSession, _ closing: SessionClosing, at time: Timestamp
  ) -> Logger.Metadata {
    var facts = parties(of: session)
    facts["host"] = session.serverName.map { "\($0)" }
    facts["treatment"] = session.treatment.map { "\($0.rawValue)" }
    facts["tls"] = session.tlsVersion.map { "\($0)" }
    facts["alpn"] = session.alpn.map { "\($0)" }
    facts["client_bytes"] = "\(session.bytes.clientToServer)"
    facts["server_bytes"] = "\(session.bytes.serverToClient)"
    facts["milliseconds"] = "\(time.nanoseconds(since: session.opened) / 1_000_000)"
    facts["end"] = "\(text(closing.end))"
    facts["cause"] = closing.cause.map { "\(text($0))" }
    if !session.certificateErrors.isEmpty {
      facts["server_certificate"] = "\(session.certificateErrors.joined(separator: ", "))"
    }
    return facts
  }

  private static func text(_ end: SessionEnd) -> String {
    switch end {
    case .fin: "closed"
    case .reset(let party): "reset by the \(party.rawValue)"
    case .idle: "fell silent"
    case .open: "still open"
    }
  }

  private static func text(_ cause: SessionFailure) -> String {
    switch cause {
    case .upstreamUnreachable(let text): "server unreachable: \(text)"
    case .tlsFailed(let party, let text): "TLS failed on the \(party.rawValue)'s side: \(text)"
    case .certificateRejected(let text): "certificate rejected: \(text)"
    case .idleTimeout: "neither side said anything for too long"
    case .relayStopped: "the relay was stopped"
    }
  }
}
