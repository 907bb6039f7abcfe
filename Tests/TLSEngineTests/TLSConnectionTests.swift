import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `TLS connection` {
  let origin: Origin
  let server: LeafContext

  init() throws {
    origin = try Origin()
    server = try origin.leaf().serving()
  }

  struct Case: Sendable {
    var version: TLSVersion
    var name: String
    var cipherPrefix: String
  }

  static let versions = [
    Case(version: .tls12, name: "TLSv1.2", cipherPrefix: "TLS_ECDHE_ECDSA_WITH_"),
    Case(version: .tls13, name: "TLSv1.3", cipherPrefix: "TLS_AES_"),
  ]

  func pair(
    alpn: [String] = [], selected: String? = nil, version: TLSVersion = .tls13
  ) throws -> (client: MemoryPeer, server: MemoryPeer) {
    let client = try MemoryPeer.client(origin.upstream, alpn: alpn)
    let server = try MemoryPeer.server(server, alpn: selected, versions: .tls12...version)
    try client.connection.startHandshake()
    client.exchange(with: server)
    return (client, server)
  }

  @Test(arguments: versions) func `agrees on a version and says so`(_ expected: Case) throws {
    let (client, server) = try pair(version: expected.version)
    let facts = try #require(client.connection.facts)
    #expect(facts.version == expected.name)
    #expect(facts.cipher.hasPrefix(expected.cipherPrefix))
    #expect(facts.alpn == nil)
    #expect(facts.certificates.map(\.subject) == ["CN=origin.test,O=Test origin"])
    #expect(facts.certificates.map(\.names) == [["origin.test"]])
    #expect(facts.certificateErrors == [])
    #expect(client.connection.version == expected.version)
    #expect(server.connection.version == expected.version)
    #expect(server.connection.facts?.certificates == [])
    #expect(client.handshakeCompletions == 1)
    #expect(server.handshakeCompletions == 1)
    #expect(!client.connection.clientCertificateRequested)
  }

  @Test func `knows nothing before the handshake`() throws {
    let client = try MemoryPeer.client(origin.upstream)
    #expect(client.connection.facts == nil)
    #expect(client.connection.version == nil)
    #expect(client.connection.transportEnded() == .duringHandshake)
  }

  struct ALPNCase: Sendable {
    var offered: [String]
    var selected: String?
    var agreed: String?
  }

  @Test(arguments: [
    ALPNCase(offered: ["h2", "http/1.1"], selected: "h2", agreed: "h2"),
    ALPNCase(offered: ["h2", "http/1.1"], selected: "http/1.1", agreed: "http/1.1"),
    ALPNCase(offered: ["h2", "http/1.1"], selected: nil, agreed: nil),
    ALPNCase(offered: ["http/1.1"], selected: "h2", agreed: nil),
    ALPNCase(offered: [], selected: "h2", agreed: nil),
    ALPNCase(offered: ["", "h2"], selected: "h2", agreed: "h2"),
  ]) func `selects the application protocol it is told to, if offered`(_ expected: ALPNCase) throws {
    let (client, server) = try pair(alpn: expected.offered, selected: expected.selected)
    #expect(client.connection.alpn.map { String(decoding: $0, as: UTF8.self) } == expected.agreed)
    #expect(client.connection.facts?.alpn == expected.agreed)
    #expect(server.connection.facts?.alpn == expected.agreed)
  }

  @Test(arguments: versions) func `carries sixteen mebibytes unharmed, both ways`(_ expected: Case) throws {
    let (client, server) = try pair(version: expected.version)
    var state: UInt64 = 1
    let data = [UInt8](unsafeUninitializedCapacity: 16 << 20) { buffer, count in
      for index in buffer.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        buffer[index] = UInt8(truncatingIfNeeded: state >> 56)
      }
      count = buffer.count
    }
    for (from, to) in [(client, server), (server, client)] {
      try from.connection.send(data)
      var ciphertext = from.takeOutput()[...]
      while !ciphertext.isEmpty {
        to.receive(ciphertext.prefix(131_071))
        ciphertext = ciphertext.dropFirst(131_071)
      }
      let isEqual = to.takeReceived() == data
      #expect(isEqual)
      #expect(to.failure == nil)
    }
  }

  /// A whole conversation in which each direction's ciphertext is cut once, after `cut` bytes in all.
  func conversation(cut: Int, version: TLSVersion) throws -> Int {
    let client = try MemoryPeer.client(origin.upstream, alpn: ["h2"])
    let server = try MemoryPeer.server(server, alpn: "h2", versions: .tls12...version)
    var carried = [0, 0]
    func carry(_ direction: Int, from: MemoryPeer, to: MemoryPeer) {
      let bytes = from.takeOutput()
      let split = min(max(0, cut - carried[direction]), bytes.count)
      carried[direction] += bytes.count
      to.receive(bytes[..<split])
      to.receive(bytes[split...])
    }
    func carryAll() {
      while client.hasOutput || server.hasOutput {
        carry(0, from: client, to: server)
        carry(1, from: server, to: client)
      }
    }
    try client.connection.startHandshake()
    carryAll()
    try client.connection.send(Array("request".utf8))
    carryAll()
    try server.connection.send(Array("response".utf8))
    server.connection.closeOutput()
    carryAll()
    client.connection.closeOutput()
    carryAll()
    let isRight =
      client.received == Array("response".utf8) && server.received == Array("request".utf8)
      && client.closeNotifications == 1 && server.closeNotifications == 1 && client.handshakeCompletions == 1
      && server.handshakeCompletions == 1 && client.failure == nil && server.failure == nil
      && client.connection.transportEnded() == .inOrder
    #expect(isRight, "cut at \(cut)")
    return carried.max() ?? 0
  }

  @Test(arguments: versions) func `reads the same however the ciphertext is split`(_ expected: Case) throws {
    let length = try conversation(cut: 0, version: expected.version)
    for cut in 1...length {
      _ = try conversation(cut: cut, version: expected.version)
    }
  }

  @Test func `reads ciphertext byte by byte`() throws {
    let (client, server) = try pair()
    let text = Array(repeating: UInt8(ascii: "x"), count: 20_000)
    try client.connection.send(text)
    for byte in client.takeOutput() { server.receive([byte]) }
    let isEqual = server.received == text
    #expect(isEqual)
  }

  @Test func `reads data that comes with the handshake's end`() throws {
    let client = try MemoryPeer.client(origin.upstream)
    let server = try MemoryPeer.server(server)
    try client.connection.startHandshake()
    server.receive(client.takeOutput())
    client.receive(server.takeOutput())
    try client.connection.send(Array("early".utf8))
    client.connection.closeOutput()
    server.receive(client.takeOutput())
    #expect(server.received == Array("early".utf8))
    #expect(server.handshakeCompletions == 1)
    #expect(server.closeNotifications == 1)
  }

  @Test(arguments: versions) func `goes on receiving after closing its output`(_ expected: Case) throws {
    for clientFirst in [true, false] {
      let (client, server) = try pair(version: expected.version)
      let (closer, other) = clientFirst ? (client, server) : (server, client)
      closer.connection.closeOutput()
      closer.exchange(with: other)
      #expect(other.closeNotifications == 1)
      #expect(other.connection.transportEnded() == .inOrder)
      #expect(closer.connection.transportEnded() == .withoutCloseNotify)
      try other.connection.send(Array("still here".utf8))
      other.connection.closeOutput()
      other.exchange(with: closer)
      #expect(closer.received == Array("still here".utf8))
      #expect(closer.closeNotifications == 1)
      #expect(closer.connection.transportEnded() == .inOrder)
      #expect(throws: TLSFailure.outputClosed) { try closer.connection.send([1]) }
    }
  }

  @Test func `follows a key update after closing its output, and sends nothing more`() throws {
    let (client, server) = try pair()
    client.connection.closeOutput()
    client.exchange(with: server)
    #expect(SSL_key_update(server.connection.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
    try server.connection.send(Array("under new keys".utf8))
    client.receive(server.takeOutput())
    #expect(client.received == Array("under new keys".utf8))
    #expect(client.failure == nil)
    #expect(!client.hasOutput)
  }

  @Test func `answers a key update`() throws {
    let (client, server) = try pair()
    #expect(SSL_key_update(server.connection.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
    try server.connection.send([1])
    server.exchange(with: client)
    try client.connection.send([2])
    client.exchange(with: server)
    #expect(client.received == [1])
    #expect(server.received == [2])
  }

  @Test func `tells a truncated stream from one that was closed`() throws {
    let (client, server) = try pair()
    try client.connection.send(Array("cut off".utf8))
    server.receive(client.takeOutput())
    #expect(server.connection.transportEnded() == .withoutCloseNotify)
  }

  @Test func `ignores what follows close_notify`() throws {
    let (client, server) = try pair()
    client.connection.closeOutput()
    server.receive(client.takeOutput())
    server.receive([1, 2, 3])
    #expect(server.failure == nil)
    #expect(server.closeNotifications == 1)
  }

  @Test func `sends nothing twice when its output is closed twice`() throws {
    let (client, _) = try pair()
    client.connection.closeOutput()
    #expect(!client.takeOutput().isEmpty)
    client.connection.closeOutput()
    #expect(client.takeOutput().isEmpty)
  }

  @Test func `answers garbage with an alert, and stays failed`() throws {
    let server = try MemoryPeer.server(server)
    server.receive(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    guard case .openSSL("SSL_do_handshake", _, let text) = server.failure else {
      Issue.record("no failure: \(String(describing: server.failure))")
      return
    }
    #expect(text == "http request")
    let failure = server.failure
    server.receive([22])
    #expect(server.failure == failure)
    #expect(!server.connection.isSecured)
  }

  @Test func `keeps what was decrypted before a failure, and alerts the peer`() throws {
    let (client, server) = try pair()
    try client.connection.send(Array("good".utf8))
    var ciphertext = client.takeOutput()
    try client.connection.send(Array("spoilt".utf8))
    var spoilt = client.takeOutput()
    spoilt[spoilt.count - 1] ^= 1
    ciphertext += spoilt
    server.receive(ciphertext)
    #expect(server.received == Array("good".utf8))
    guard case .openSSL("SSL_read_ex", _, "decryption failed or bad record mac") = server.failure else {
      Issue.record("wrong failure: \(String(describing: server.failure))")
      return
    }
    client.receive(server.takeOutput())
    #expect(client.failure == .alertReceived(name: "bad_record_mac", code: 20))
    #expect(throws: try #require(client.failure)) { try client.connection.send([1]) }
  }

  @Test func `fails where the versions do not meet, and both sides know why`() throws {
    let client = try MemoryPeer.client(origin.upstream, versions: .tls13 ... .tls13)
    let server = try MemoryPeer.server(server, versions: .tls12 ... .tls12)
    try client.connection.startHandshake()
    client.exchange(with: server)
    #expect(client.failure == .alertReceived(name: "protocol_version", code: 70))
    guard case .openSSL("SSL_do_handshake", _, "unsupported protocol") = server.failure else {
      Issue.record("wrong failure: \(String(describing: server.failure))")
      return
    }
  }

  @Test(arguments: ["", "a\0b", String(repeating: "a", count: 256)])
  func `refuses a server name that cannot be sent`(_ name: String) throws {
    #expect(throws: TLSFailure.unusableServerName(name)) {
      try MemoryPeer.client(origin.upstream, serverName: name)
    }
  }

  @Test func `sends no server name unless the client did`() throws {
    for name in [nil, "origin.test"] {
      let client = try MemoryPeer.client(origin.upstream, serverName: name)
      try client.connection.startHandshake()
      let hello = String(decoding: client.takeOutput(), as: UTF8.self)
      #expect(hello.contains("origin.test") == (name != nil))
    }
  }
}
