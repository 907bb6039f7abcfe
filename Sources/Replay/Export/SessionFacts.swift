import Inspection
import SessionEvents

/// What is known of a session beside its bytes, as names and values for people.
struct SessionFacts {
  struct Fact: Hashable {
    var name: String
    var value: String
  }

  /// A command line that is longer is cut.
  private static let commandLineLimit = 512

  private let session: SessionSummary

  init(_ session: SessionSummary) {
    self.session = session
  }

  /// Who, and where to.
  var title: [String] {
    let opening = session.opening
    let server = opening.originalDestination
    let host = session.host.source == .address ? "\(server)" : "\(session.host.name):\(server.port)"
    return [opening.process?.label ?? "\(opening.client)", host]
  }

  var all: [Fact] { process + endpoints + tls + end }

  private var process: [Fact] {
    guard let process = session.opening.process else { return [] }
    let user = process.user.map { "\($0) (uid \(process.uid))" } ?? "uid \(process.uid)"
    return [
      process.pid.map { Fact(name: "process", value: "\(process.name ?? "?")[\($0)]") },
      process.executable.map { Fact(name: "executable", value: $0) },
      commandLine(process).map { Fact(name: "command line", value: $0) },
      Fact(name: "user", value: user),
      process.unit.map { Fact(name: "unit", value: $0) },
    ].compactMap(\.self)
  }

  private func commandLine(_ process: ProcessFacts) -> String? {
    guard let arguments = process.commandLine, !arguments.isEmpty else { return nil }
    let text = arguments.joined(separator: " ")
    let isCut = process.isCommandLineCut || text.unicodeScalars.count > Self.commandLineLimit
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.commandLineLimit)))
      + (isCut ? "…" : "")
  }

  private var endpoints: [Fact] {
    let opening = session.opening
    var facts = [
      Fact(name: "client", value: "\(opening.client)"),
      Fact(name: "server", value: "\(opening.originalDestination) \(opening.transport.rawValue)"),
    ]
    if session.host.source != .address {
      facts.append(Fact(name: "host", value: "\(session.host.name) (\(session.host.source.rawValue))"))
    }
    if let bypass = session.bypass { facts.append(Fact(name: "bypassed", value: bypass.text)) }
    if let continues = session.opening.continues {
      facts.append(Fact(name: "open since", value: "\(continues.opened)"))
    }
    return facts
  }

  private var tls: [Fact] {
    var facts: [Fact] = []
    for (name, tls) in [("TLS to the server", session.serverTLS), ("TLS to the client", session.clientTLS)] {
      guard let tls else { continue }
      let alpn = tls.alpn.map { ", ALPN \($0)" } ?? ""
      facts.append(Fact(name: name, value: "\(tls.version) \(tls.cipher)\(alpn)"))
      if name == "TLS to the server", let leaf = tls.certificates.first {
        facts.append(Fact(name: "certificate", value: "\(leaf.subject), issued by \(leaf.issuer)"))
      }
      for error in tls.certificateErrors { facts.append(Fact(name: "certificate error", value: error)) }
    }
    if let hello = session.hello {
      if let name = hello.serverName { facts.append(Fact(name: "SNI", value: name)) }
      if let ja4 = hello.ja4 { facts.append(Fact(name: "JA4", value: ja4)) }
    }
    return facts
  }

  private var end: [Fact] {
    var facts: [Fact] = []
    if session.closed != nil {
      let ending = SessionEnding(session, exchangeCount: 1)
      facts.append(Fact(name: "end", value: ending.text))
    }
    if session.gapByteCount > 0 {
      facts.append(Fact(name: "missing", value: "\(HumaneUnits.count(session.gapByteCount)) bytes"))
    }
    return facts
  }
}

extension BypassReason {
  /// For people.
  fileprivate var text: String {
    switch self {
    case .requested(let pattern): "asked for by \"\(pattern)\""
    case .clientCertificateRequired: "the server wants a client certificate"
    case .unsupported(let what): "unsupported: \(what)"
    }
  }
}
