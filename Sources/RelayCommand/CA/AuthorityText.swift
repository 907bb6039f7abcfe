import CommandSupport
import SessionEvents
import TLSEngine

/// A CA's certificate as lines for people.
struct AuthorityText {
  let lines: [String]

  init(_ certificate: AuthorityCertificate, at now: Timestamp) {
    let facts = certificate.facts
    let days = certificate.daysLeft(at: now)
    let state = days < 0 ? "expired" : days == 1 ? "1 day left" : "\(days) days left"
    lines = [
      Self.line("subject", TerminalText.escaped(facts.subject)),
      Self.line("sha256", Self.fingerprint(facts.sha256)),
      Self.line("sha1", Self.fingerprint(certificate.sha1)),
      Self.line(
        "valid", "\(CivilTime(facts.notBefore).date) to \(CivilTime(facts.notAfter).date) (\(state))"),
      Self.line("signs for", Self.scope(certificate.constraints)),
    ]
  }

  /// A name and its value, which is `none` where empty.
  static func line(_ name: String, _ value: String) -> String {
    let padding = String(repeating: " ", count: max(1, 11 - name.count))
    return "\(name)\(padding)\(value.isEmpty ? "none" : value)"
  }

  /// As openssl-x509(1) shows it: `D4:0F:…`.
  static func fingerprint(_ digest: [UInt8]) -> String {
    digest.map { hex([$0]).uppercased() }.joined(separator: ":")
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func scope(_ constraints: AuthorityCertificate.Constraints?) -> String {
    guard let constraints else { return "every name" }
    let names = constraints.permitted.map { text in
      if case .domain = NameConstraint(text) { "\(text) and all below it" } else { text }
    }
    return names.isEmpty
      ? "all but \(constraints.excluded.joined(separator: ", "))" : names.joined(separator: ", ")
  }
}
