import Foundation
import TestSupport
import Testing

@testable import Inspection

@Suite struct `Finding codes` {
  @Test func `are those that docs FINDINGS explains, no more and no fewer`() throws {
    let document = Fixtures.folder.deletingLastPathComponent().appendingPathComponent("docs/FINDINGS.md")
    let rows = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").filter {
      $0.hasPrefix("| `")
    }
    let explained = rows.map { String($0.dropFirst(3).prefix { $0 != "`" }) }
    let made =
      codes(CommonProblem.self) + codes(HTTP1Problem.self) + codes(HTTP2Problem.self)
      + codes(GRPCProblem.self) + codes(WebSocketProblem.self)
      + codes(ContentProblem.self)
      + codes(BodyProblem.self)
      + codes(DNSProblem.self)
      + codes(TLSProblem.self)
      + codes(CommandProblem.self) + codes(SMTPProblem.self) + codes(IMAPProblem.self)
      + codes(RedisProblem.self) + codes(PostgreSQLProblem.self)
    #expect(explained == made)
  }

  private func codes<Code: FindingCode>(_ type: Code.Type) -> [String] {
    type.allCases.map(\.rawValue)
  }
}
