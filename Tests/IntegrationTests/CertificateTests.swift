import Testing

/// What a client says of a server with a bad certificate must be the same with and without the relay.
@Suite struct `Bad certificates` {
  static let hosts = ["self-signed", "expired", "not-yet-valid", "wrong-host", "unknown-issuer"]

  @Test(arguments: hosts) func `are refused by curl for the same reason`(host: String) throws {
    let script = "curl -sS https://\(host).wiretape.test/"
    let direct = try World.shared().shell(script)
    let recorded = try Recorded(script: script)
    #expect(direct.status == 60, "\(direct)")
    #expect(recorded.output.status == direct.status, "\(recorded.output)")
    #expect(recorded.output.stdout.isEmpty)
    #expect(reason(recorded.output) == reason(direct), "\(recorded.output)")
  }

  @Test(arguments: hosts) func `are refused by openssl for the same reason`(host: String) throws {
    let name = "\(host).wiretape.test"
    let script = """
      openssl s_client -verify_return_error -verify_hostname \(name) -servername \(name) -connect \(name):443 \
        </dev/null 2>&1 | grep -E '^verify error'
      """
    let direct = try World.shared().shell(script)
    let recorded = try Recorded(script: script)
    #expect(direct.stdout.contains("verify error"), "\(direct)")
    #expect(recorded.output.stdout == direct.stdout)
  }

  @Test func `are not blessed even when the client does not look`() throws {
    let recorded = try Recorded(script: "curl -sSk https://expired.wiretape.test/answer.json")
    let strict = try Recorded(
      script: "curl -sS https://www.wiretape.test/ && curl -sS https://expired.wiretape.test/")
    #expect(recorded.output.status == 0, "\(recorded.output)")
    #expect(strict.output.status == 60, "\(strict.output)")
  }

  @Test func `from a CA of --upstream-ca are good`() throws {
    let options = ["--upstream-ca", "/run/world/certificates/stranger.pem"]
    let recorded = try Recorded(
      script: "curl -sS https://unknown-issuer.wiretape.test/answer.json", options: options)
    #expect(recorded.output.status == 0, "\(recorded.output)")
    #expect(recorded.output.stdout.contains("42"))
  }

  /// The line in which curl says what is wrong.
  private func reason(_ output: Output) -> String? {
    output.stderr.split(separator: "\n").map(String.init).first { $0.hasPrefix("curl: (") }
  }
}
