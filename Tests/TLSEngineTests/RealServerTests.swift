import SessionEvents
import Testing

@testable import TLSEngine

/// Connections to `openssl s_server` over the loopback.
@Suite struct `Connections to a real server` {
  let origin: Origin

  init() throws {
    origin = try Origin()
  }

  func serve(_ options: [String], certificate: TestCertificate? = nil) throws -> (
    program: Program, port: UInt16
  ) {
    let certificate = try certificate ?? origin.leaf()
    let program = try Program(
      [
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1",
        "-cert", origin.files.write(certificate.certificate.pem, to: "server.pem"),
        "-key", origin.files.write(certificate.keyPEM(), to: "server.key"),
      ] + options)
    let port = try program.find(/ACCEPT [0-9.]+:(\d+)/)
    return (program, try #require(UInt16(port)))
  }

  func connect(_ port: UInt16, alpn: [String] = []) throws -> SocketLeg {
    let leg = try SocketLeg.connect(port: port) {
      try TLSConnection(
        to: origin.upstream, serverName: "origin.test", destination: IPAddress("127.0.0.1")!,
        alpn: alpn.map { Array($0.utf8) }, versions: .tls12 ... .tls13, output: $0)
    }
    try leg.connection.startHandshake()
    return leg
  }

  struct Case: Sendable {
    var options: [String]
    var algorithm: TestCertificate.Algorithm
    var version: String
  }

  @Test(arguments: [
    Case(options: ["-tls1_3"], algorithm: .p256, version: "TLSv1.3"),
    Case(options: ["-tls1_2"], algorithm: .p256, version: "TLSv1.2"),
    Case(options: ["-tls1_3"], algorithm: .rsa(bits: 2_048), version: "TLSv1.3"),
    Case(options: ["-tls1_2"], algorithm: .rsa(bits: 2_048), version: "TLSv1.2"),
  ]) func `close their output early and still read the answer, past session tickets`(_ expected: Case) throws
  {
    let (program, port) = try serve(
      ["-rev", "-alpn", "h2,http/1.1"] + expected.options,
      certificate: try origin.leaf(.init(algorithm: expected.algorithm)))
    let leg = try connect(port, alpn: ["http/1.1"])
    try leg.run { progress in
      if progress.handshakeCompleted {
        try leg.connection.send(Array("abc\n".utf8))
        leg.connection.closeOutput()
      }
      return progress.closeNotifyReceived
    }
    #expect(leg.received == Array("cba\n".utf8))
    #expect(leg.failure == nil)
    #expect(leg.connection.transportEnded() == .inOrder)
    let facts = try #require(leg.connection.facts)
    #expect(facts.version == expected.version)
    #expect(facts.alpn == "http/1.1")
    #expect(facts.certificateErrors == [])
    try program.finishInput()
  }

  @Test(arguments: [["-tls1_3"], ["-tls1_2"]])
  func `notice that a client certificate is asked for`(_ options: [String]) throws {
    let (program, port) = try serve(["-rev", "-verify", "1"] + options)
    let leg = try connect(port)
    try leg.run { $0.handshakeCompleted }
    #expect(leg.connection.clientCertificateRequested)
    #expect(leg.connection.isSecured)
    try program.finishInput()
  }

  @Test func `are told by an alert that a client certificate is required`() throws {
    let (program, port) = try serve(["-rev", "-Verify", "1", "-tls1_3"])
    let leg = try connect(port)
    try leg.run()
    #expect(leg.connection.clientCertificateRequested)
    #expect(leg.failure == .alertReceived(name: "certificate_required", code: 116))
    try program.finishInput()
  }

  @Test func `are told by an alert that no application protocol fits`() throws {
    let (program, port) = try serve(["-rev", "-alpn", "h2"])
    let leg = try connect(port, alpn: ["spdy/3"])
    try leg.run()
    #expect(leg.failure == .alertReceived(name: "no_application_protocol", code: 120))
    try program.finishInput()
  }
}
