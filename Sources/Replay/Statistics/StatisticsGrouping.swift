import Inspection
import JSONText
import SessionEvents

/// By what exchanges are put together.
public enum StatisticsGrouping: String, CaseIterable, Hashable, Sendable {
  /// The host that an HTTP request names, else the session's.
  case host
  /// As the JSON has it.
  case `protocol`
  /// HTTP's by class (`2xx`), DNS response codes, what else was answered; `none` where nothing was.
  case status
  case method
  /// The kernel's short name.
  case process

  /// Of what has no such thing.
  static let nothing = "-"
  /// Longer keys, in characters, are cut.
  private static let keyLimit = 200

  /// `lastAuthority` is what a request of the session named as its host before.
  func key(_ exchange: Exchange, _ summary: SessionSummary, lastAuthority: String?) -> String {
    let content = exchange.content
    let key: String
    switch self {
    case .host: key = lastAuthority ?? summary.host.name
    case .protocol: key = content.protocolName
    case .status: key = Self.status(content)
    case .method:
      let method = content.method.map { JSONWriter.escapingNonUTF8($0).uppercased() }
      key = method ?? Self.nothing
    case .process: key = Self.process(summary.opening.process)
    }
    return key.count > Self.keyLimit ? key.prefix(Self.keyLimit) + "…" : key
  }

  /// The key of a session in which nothing was said; nil where only exchanges have one.
  func key(_ summary: SessionSummary) -> String? {
    switch self {
    case .host: summary.host.name
    case .process: Self.process(summary.opening.process)
    case .protocol, .status, .method: nil
    }
  }

  /// What an HTTP request names as its host, without a port.
  static func authority(_ content: Exchange.Content) -> String? {
    content.authority.map { JSONWriter.escapingNonUTF8(HostAndPort($0).host) }
  }

  private static func status(_ content: Exchange.Content) -> String {
    switch content.status {
    case .notAwaited: return nothing
    case .unanswered: return "none"
    case .answered(let answer):
      if let name = answer.name, case .http1 = content { return "grpc \(name)" }
      if let name = answer.name, case .http2 = content { return "grpc \(name)" }
      let text = answer.code.map { (100..<1_000).contains($0) ? "\($0 / 100)xx" : "\($0)" }
      guard case .command(let command) = content else { return text ?? answer.name ?? nothing }
      return "\(command.dialect.rawValue) \(text ?? answer.name ?? nothing)"
    }
  }

  private static func process(_ process: ProcessFacts?) -> String {
    guard let process else { return nothing }
    return process.name ?? process.pid.map { "process \($0)" } ?? process.user ?? "uid \(process.uid)"
  }
}
