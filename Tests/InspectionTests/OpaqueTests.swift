import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Bytes that nobody reads` {
  static func look(_ client: [UInt8], _ server: [UInt8], _ transport: TransportProtocol = .tcp)
    -> OpaqueExchange?
  {
    var script = EventScript(transport: transport, server: "198.51.100.7:9999")
    if transport == .tcp {
      if !client.isEmpty { script.client(client) }
      if !server.isEmpty { script.server(server) }
    } else {
      if !client.isEmpty { script.clientDatagram(client) }
      if !server.isEmpty { script.serverDatagram(server) }
    }
    script.finish()
    guard case .opaque(let opaque) = exchanges(script.events).last?.content else { return nil }
    return opaque
  }

  struct Entropy: Sendable {
    var bytes: [UInt8]
    var thousandths: Int
  }

  static let entropies = [
    Entropy(bytes: [0xfe], thousandths: 0), Entropy(bytes: [0xfe, 0xff], thousandths: 1_000),
    // 3/4 · log2(4/3) + 1/4 · log2 4
    Entropy(bytes: [0xfe, 0xfe, 0xfe, 0xff], thousandths: 811),
    Entropy(bytes: [0xfe] + Array(0...254), thousandths: 7_992),
    Entropy(bytes: [0xfe, 0xff] + Array(0...253), thousandths: 8_000),
    Entropy(bytes: [0xfe] + [UInt8](repeating: 0xfd, count: 4_095), thousandths: 3),
    // Beyond the first 4,096 bytes nothing counts.
    Entropy(bytes: [UInt8](repeating: 0xfe, count: 4_096) + Array(0...255), thousandths: 0),
  ]

  @Test(arguments: entropies) func `have an entropy`(_ test: Entropy) throws {
    let opaque = try #require(Self.look(test.bytes, [0xfe]))
    #expect(opaque.client.entropy == test.thousandths)
    #expect(opaque.client.byteCount == UInt64(test.bytes.count))
    #expect(opaque.client.start == Array(test.bytes.prefix(32)))
    #expect(opaque.server.entropy == 0)
  }

  @Test func `have none where a side is silent`() throws {
    let opaque = try #require(Self.look([0xfe, 1], []))
    #expect(opaque.server == OpaqueExchange.Look(byteCount: 0))
  }

  @Test func `look the same however they are split`() {
    var random = SeededRandom(seed: 3)
    var script = EventScript()
    script.client([0xfe] + (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    script.server([0xfe] + (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    script.client((0..<100).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    script.finish()
    #expect(told(script.events) == ["opaque 401 301 encrypted or compressed"])
    #expect(splittingDifference(script.events) == nil)
  }

  struct Sign: Sendable, CustomTestStringConvertible {
    var name: String
    var client: [UInt8] = []
    var server: [UInt8] = []
    var transport: TransportProtocol = .tcp

    var testDescription: String { name }
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  static let zeros = [UInt8](repeating: 0, count: 300)

  static let signs = [
    Sign(name: "ssh", client: text("SSH-2.0-OpenSSH_9.2\r\n"), server: text("SSH-2.0-x\r\n")),
    Sign(name: "vnc", client: text("RFB 003.008\n"), server: text("RFB 003.008\n")),
    Sign(name: "rsync", client: text("@RSYNCD: 31.0\n"), server: text("@RSYNCD: 31.0\n")),
    Sign(name: "xmpp", client: text("<?xml version='1.0'?><stream:stream to='a'>")),
    Sign(name: "sip", client: text("OPTIONS sip:a SIP/2.0\r\n"), transport: .udp),
    Sign(name: "sip", client: text("INVITE sip:a SIP/2.0\r\n"), server: text("SIP/2.0 200 OK\r\n")),
    Sign(name: "rtsp", client: text("DESCRIBE rtsp://a/b RTSP/1.0\r\n")),
    Sign(name: "git", client: text("0032git-upload-pack /project.git\0host=a\0")),
    Sign(name: "irc", client: text("NICK a\r\nUSER a 0 * :A\r\n")),
    Sign(name: "zookeeper", client: text("ruok\n"), server: text("imok")),
    Sign(name: "bittorrent", client: [19] + text("BitTorrent protocol") + zeros),
    Sign(
      name: "mqtt", client: [0x10, 12, 0, 4] + text("MQTT") + [4, 2, 0, 60, 0, 0], server: [0x20, 2, 0, 0]),
    Sign(name: "amqp", client: text("AMQP") + [0, 0, 9, 1]),
    Sign(name: "smb", client: [0, 0, 0, 100, 0xfe, 0x53, 0x4d, 0x42, 64, 0]),
    Sign(name: "rdp", client: [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0]),
    Sign(name: "x11", client: [0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    Sign(name: "telnet", client: [0xff, 0xfd, 3], server: [0xff, 0xfb, 1, 0xff, 0xfd, 24]),
    Sign(name: "openvpn", client: [0, 14, 0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0]),
    Sign(name: "fastcgi", client: [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    Sign(name: "ajp", client: [0x12, 0x34, 0, 1, 10]),
    Sign(name: "netbios", client: [0x81, 0, 0, 68, 0x20, 0x43]),
    Sign(name: "mysql", server: [0x4a, 0, 0, 0, 10] + text("8.0.36") + [0, 8, 0, 0, 0]),
    Sign(name: "tds", client: [0x12, 1, 0, 47, 0, 0, 1, 0, 0, 0, 26]),
    Sign(name: "mongodb", client: [60, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0]),
    Sign(name: "cassandra", client: [4, 0, 0, 0, 5, 0, 0, 0, 0], server: [0x84, 0, 0, 0, 6]),
    Sign(name: "ldap", client: [0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]),
    Sign(name: "zookeeper", client: [0, 0, 0, 44] + zeros.prefix(44)),
    Sign(
      name: "kafka", client: [0, 0, 0, 20, 0, 18, 0, 3, 0, 0, 0, 7, 0, 1, 0x61],
      server: [0, 0, 0, 9, 0, 0, 0, 7, 0]),
    Sign(name: "memcached", client: [0x80, 0, 0, 3, 0, 0] + zeros.prefix(18), server: [0x81]),
    Sign(name: "quic", client: [0xc3, 0, 0, 0, 1, 8] + zeros, transport: .udp),
    Sign(name: "dtls", client: [22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 1], transport: .udp),
    Sign(name: "stun", client: [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42] + zeros.prefix(12), transport: .udp),
    Sign(
      name: "dhcp", client: [1, 1, 6, 0] + zeros.prefix(232) + [0x63, 0x82, 0x53, 0x63, 53, 1, 1],
      transport: .udp),
    Sign(
      name: "snmp", client: [0x30, 38, 2, 1, 1, 4, 6] + text("public") + [0xa0, 25], transport: .udp),
    Sign(name: "wireguard", client: [1, 0, 0, 0] + [UInt8](repeating: 9, count: 144), transport: .udp),
    Sign(name: "openvpn", client: [0x38] + [UInt8](repeating: 9, count: 13), transport: .udp),
    Sign(
      name: "ike",
      client: [UInt8](repeating: 9, count: 8) + zeros.prefix(8) + [33, 0x20, 34, 8] + zeros.prefix(8),
      transport: .udp),
    Sign(name: "tftp", client: [0, 1] + text("file\0octet\0"), transport: .udp),
    Sign(
      name: "netbios",
      client: [1, 2, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0x20] + [UInt8](repeating: 0x41, count: 32) + [
        0, 0, 0x20, 0, 1,
      ],
      transport: .udp),
    Sign(name: "ntp", client: [0x23] + zeros.prefix(47), server: [0x24] + zeros.prefix(47), transport: .udp),
    Sign(
      name: "ssdp", client: text("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"), transport: .udp
    ),
    Sign(name: "syslog", client: text("<34>1 2026-11-24T08:15:02Z a su - - - x"), transport: .udp),
    Sign(name: "bittorrent", client: text("d1:ad2:id20:abcdefghij0123456789e1:q4:ping"), transport: .udp),
    Sign(name: "rtp", client: [0x80, 0, 0, 1] + zeros.prefix(160), transport: .udp),
    Sign(name: "text", client: text("hello"), transport: .udp),
    Sign(name: "binary", client: [0xfe] + zeros, transport: .udp),
  ]

  @Test(arguments: signs) func `are guessed at by how they begin`(_ sign: Sign) throws {
    let opaque = try #require(Self.look(sign.client, sign.server, sign.transport))
    #expect(opaque.guess?.name == sign.name)
    #expect(opaque.guess?.reason.isEmpty == false)
  }

  @Test func `are not guessed at where there are too few`() throws {
    #expect(try #require(Self.look([0xfe, 0], [0xfe])).guess == nil)
  }
}
