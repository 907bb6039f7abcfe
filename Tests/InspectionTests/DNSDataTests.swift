import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `DNS record data` {
  struct Case: Sendable, CustomTestStringConvertible {
    var type: UInt16
    var data: [UInt8]
    var mnemonic: String
    var text: String
    var codes: [String] = []

    var testDescription: String { "\(mnemonic) \(text)" }

    init(_ type: UInt16, _ data: [UInt8], _ mnemonic: String, _ text: String, codes: [String] = []) {
      self.type = type
      self.data = data
      self.mnemonic = mnemonic
      self.text = text
      self.codes = codes
    }
  }

  static let cases: [Case] = [
    Case(1, [192, 0, 2, 1], "A", "192.0.2.1"),
    Case(28, [UInt8](hex: "20010db8000000000000000000000001"), "AAAA", "2001:db8::1"),
    Case(2, dnsName("ns1.example.com"), "NS", "ns1.example.com"),
    Case(5, [3] + Array("cdn".utf8) + [0xc0, 12], "CNAME", "cdn.example.com"),
    Case(12, [0], "PTR", "."),
    Case(39, dnsName("d.example"), "DNAME", "d.example"),
    Case(15, [0, 10] + dnsName("mail.example"), "MX", "10 mail.example"),
    Case(16, [3] + Array("a\"b".utf8) + [2, 0x20, 0xff], "TXT", #""a\"b" " \255""#),
    Case(16, [0], "TXT", #""""#),
    Case(99, [1, 0x5c], "SPF", #""\\""#),
    Case(13, [1, 0x61, 1, 0x62], "HINFO", #""a" "b""#),
    Case(
      6, dnsName("ns.a") + dnsName("root.a") + [UInt8](hex: "0000000100000002000000030000000400000005"),
      "SOA",
      "ns.a root.a 1 2 3 4 5"),
    Case(33, [0, 1, 0, 2, 0x1f, 0x90] + dnsName("host.a"), "SRV", "1 2 8080 host.a"),
    Case(
      35, [0, 100, 0, 10, 1, 0x75, 7] + Array("E2U+sip".utf8) + [3] + Array("!a!".utf8) + [0], "NAPTR",
      #"100 10 "u" "E2U+sip" "!a!" ."#),
    Case(257, [128, 5] + Array("issue".utf8) + Array("ca.example".utf8), "CAA", #"128 issue "ca.example""#),
    Case(257, [0, 5] + Array("issue".utf8), "CAA", #"0 issue """#),
    Case(256, [0, 10, 0, 1] + Array("ftp://a".utf8), "URI", #"10 1 "ftp://a""#),
    // RFC 4034 §5.4.
    Case(
      43, [UInt8](hex: "ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118"), "DS",
      "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    Case(48, [1, 0, 3, 5, 1, 2, 3, 4], "DNSKEY", "256 3 5 AQIDBA=="),
    // RFC 4034 §3.3, with another signature.
    Case(
      46, [UInt8](hex: "0001 05 03 00015180 3e7c9dd7 3e5510d7 0a52") + dnsName("example.com") + [0xff],
      "RRSIG",
      "A 5 3 86400 20030322173103 20030220173103 2642 example.com /w=="),
    // RFC 4034 §4.3, without its last window.
    Case(
      47, dnsName("host.example.com") + [UInt8](hex: "0006 400100000003 "), "NSEC",
      "host.example.com A MX RRSIG NSEC"),
    Case(
      50, [UInt8](hex: "01 00 000c 04 aabbccdd 05 0000000000 0001 40"), "NSEC3", "1 0 12 AABBCCDD 00000000 A"),
    Case(51, [UInt8](hex: "01 00 0000 00"), "NSEC3PARAM", "1 0 0 -"),
    Case(52, [3, 1, 1, 0xab, 0xcd], "TLSA", "3 1 1 ABCD"),
    Case(44, [2, 1, 0x12, 0x34], "SSHFP", "2 1 1234"),
    Case(61, [1], "OPENPGPKEY", "AQ=="),
    Case(63, [0, 0, 0, 7, 1, 1, 0xab], "ZONEMD", "7 1 1 AB"),
    Case(17, dnsName("a.b") + dnsName("c"), "RP", "a.b c"),
    // RFC 9460, Appendix D.
    Case(65, [UInt8](hex: "0000 03666f6f076578616d706c6503636f6d00"), "HTTPS", "0 foo.example.com"),
    Case(64, [UInt8](hex: "0001 00"), "SVCB", "1 ."),
    Case(
      64, [UInt8](hex: "0010 03666f6f076578616d706c6503636f6d00 0003 0002 0035"), "SVCB",
      "16 foo.example.com port=53"),
    Case(
      64, [UInt8](hex: "0001 03666f6f076578616d706c6503636f6d00 029b 0005 68656c6c6f"), "SVCB",
      #"1 foo.example.com key667="hello""#),
    Case(
      64, [UInt8](hex: "0001 03666f6f076578616d706c6503636f6d00 029b 0009 68656c6c6fd2716f6f"), "SVCB",
      #"1 foo.example.com key667="hello\210qoo""#, codes: []),
    Case(
      64,
      [UInt8](
        hex: """
          0001 03666f6f076578616d706c6503636f6d00 0006 0020 20010db8000000000000000000000001
          20010db8000000000000000000530001
          """), "SVCB", "1 foo.example.com ipv6hint=2001:db8::1,2001:db8::53:1"),
    Case(
      65, [UInt8](hex: "0001 00 0000 0004 0001 0004 0001 0006 026832 026833 0004 0004 c0000201"), "HTTPS",
      #"1 . mandatory=alpn,ipv4hint alpn="h2,h3" ipv4hint=192.0.2.1"#),
    Case(65, [UInt8](hex: "0001 00 0002 0000 0005 0002 abcd"), "HTTPS", "1 . no-default-alpn ech=q80="),
    // RFC 3597 §5.
    Case(62_347, [UInt8](hex: "0a000001"), "TYPE62347", "\\# 4 0a000001"),
    Case(65_280, [], "TYPE65280", "\\# 0"),
    Case(10, [1, 2], "NULL", "\\# 2 0102"),
    // Data that does not follow its type.
    Case(1, [1, 2, 3], "A", "\\# 3 010203", codes: ["dns.rdata-invalid"]),
    Case(1, [1, 2, 3, 4, 5], "A", "\\# 5 0102030405", codes: ["dns.rdata-invalid"]),
    Case(2, [3, 0x61], "NS", "\\# 2 0361", codes: ["dns.rdata-invalid"]),
    Case(16, [], "TXT", "\\# 0", codes: ["dns.rdata-invalid"]),
    Case(16, [5, 0x61], "TXT", "\\# 2 0561", codes: ["dns.rdata-invalid"]),
    Case(47, [0, 0, 0], "NSEC", "\\# 3 000000", codes: ["dns.rdata-invalid"]),
    Case(64, [0, 1, 0, 0, 3, 0, 1, 0], "SVCB", "\\# 8 0001000003000100", codes: ["dns.rdata-invalid"]),
  ]

  @Test(arguments: cases) func `is told in presentation form`(_ example: Case) throws {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    let query = DNSBuilder.query("example.com", example.type)
    script.serverDatagram(query.response([(type: example.type, data: example.data)]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    let answer = try #require(found.first?.dns?.response?.answers.first)
    #expect(answer.name == "example.com")
    #expect(answer.type == example.mnemonic)
    #expect(answer.class == "IN")
    #expect(answer.timeToLive == 300)
    #expect(answer.data == example.text)
    #expect(found.first?.codes == example.codes)
  }
}
