import Testing

@testable import Settings

@Suite struct `Search of near words` {
  struct Case: Sendable {
    var word: String
    var nearest: String?
  }

  static let words = ["tcp_port", "tls_port", "dns", "bypass", "rules", "nameservers"]

  @Test(arguments: [
    Case(word: "tcp_prot", nearest: "tcp_port"), Case(word: "tpc_port", nearest: "tcp_port"),
    Case(word: "tcpport", nearest: "tcp_port"), Case(word: "TLS-PORT", nearest: "tls_port"),
    Case(word: "by_pass", nearest: "bypass"), Case(word: "rule", nearest: "rules"),
    Case(word: "nameserver", nearest: "nameservers"), Case(word: "dn", nearest: "dns"),
    Case(word: "", nearest: nil), Case(word: "x", nearest: nil), Case(word: "portal", nearest: nil),
    Case(word: String(repeating: "a", count: 10_000), nearest: nil),
  ])
  func `finds what is near, and nothing else`(_ test: Case) {
    #expect(Spelling.nearest(to: test.word, among: Self.words) == test.nearest)
  }
}
