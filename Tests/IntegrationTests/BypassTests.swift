import Testing

@Suite struct `Sessions that are not read` {
  static let presentCertificate =
    "--cert /run/world/certificates/client.pem --key /run/world/certificates/ecdsa.key"

  @Test(arguments: ["www.wiretape.test", "*.wiretape.test", "WWW.Wiretape.Test"])
  func `are those of --bypass: the client sees the server's own certificate`(pattern: String) throws {
    let recorded = try Recorded(
      script: "curl -sS --http1.1 --cacert /run/world/ca.pem https://www.wiretape.test/answer.json",
      options: ["--bypass", pattern])
    #expect(recorded.output.status == 0, "\(recorded.output)")
    try expectUnread(recorded, reason: "requested")
  }

  @Test func `do not make other hosts pass unread`() throws {
    let recorded = try Recorded(
      script: "curl -sS --http1.1 https://http1.wiretape.test/answer.json",
      options: ["--bypass", "www.wiretape.test", "--bypass", "*.http1.wiretape.test"])
    #expect(try recorded.exchanges().contains { $0["protocol"].string == "http/1" })
  }

  @Test(arguments: ["--tlsv1.3", "--tls-max 1.2"])
  func `are those for which the server wants a client certificate`(version: String) throws {
    let url = "https://client-certificate.wiretape.test/answer.json"
    let script = "curl -sS --http1.1 \(version) --cacert /run/world/ca.pem \(Self.presentCertificate) \(url)"
    let recorded = try Recorded(script: script)
    #expect(recorded.output.stdout.contains("42"), "\(recorded.output)")
    try expectUnread(recorded, reason: "client_certificate_required")
  }

  @Test func `are none where a bad certificate is rejected or accepted`() throws {
    let script = "curl -sS --http1.1 https://self-signed.wiretape.test/answer.json"
    let accepted = try Recorded(script: script, options: ["--on-bad-certificate", "accept"])
    #expect(accepted.output.status == 0, "\(accepted.output)")
    #expect(try accepted.exchanges().contains { $0["protocol"].string == "http/1" })
    let rejected = try Recorded(script: script, options: ["--on-bad-certificate", "reject"])
    #expect(rejected.output.status == 35, "\(rejected.output)")
    let closed = try rejected.events().filter { $0["event"].string == "closed" }
    #expect(closed.contains { $0["cause"].string == "certificate_rejected" }, "\(closed)")
  }

  private func expectUnread(_ recorded: Recorded, reason: String) throws {
    let bypassed = try recorded.events().filter { $0["event"].string == "bypassed" }
    #expect(bypassed.count == 1)
    #expect(bypassed.first?["reason"].string == reason, "\(bypassed)")
    #expect(try !recorded.exchanges().contains { $0["protocol"].string == "http/1" })
  }
}
