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
    // What RFC 1035 and DNSSEC did not bring; texts are those of dig.
    Case(11, [UInt8](hex: "0a000001 06 00000040 8000"), "WKS", "10.0.0.1 6 25 32"),
    Case(22, [0x47, 0, 5], "NSAP", "0x470005"),
    Case(26, [0, 10] + dnsName("a.b") + dnsName("c.d"), "PX", "10 a.b c.d"),
    Case(27, [8] + Array("-32.6882".utf8) + [1, 0x31, 1, 0x32], "GPOS", #""-32.6882" "1" "2""#),
    Case(
      29, [UInt8](hex: "00 12 16 13 898da4c8 70c27358 00987f68"), "LOC",
      "44 31 17.704 N 71 1 31.944 W -59.12m 1m 10000m 10m"),
    Case(
      29, [UInt8](hex: "00 00 01 91 80000000 7fffffff 00989680"), "LOC",
      "0 0 0.000 N 0 0 0.001 W 0.00m 0.00m 0.00m 0.90m"),
    Case(30, dnsName("a") + [UInt8](hex: "62018008 0002"), "NXT", "a A NS SOA MX TXT AAAA RRSIG"),
    Case(37, [0, 1, 0x12, 0x34, 8, 1, 2], "CERT", "PKIX 4660 RSASHA256 AQI="),
    Case(37, [0, 99, 0, 0, 99, 1], "CERT", "99 0 99 AQ=="),
    Case(38, [UInt8](hex: "40 1234567890abcdef") + dnsName("x"), "A6", "64 ::1234:5678:90ab:cdef x"),
    Case(38, [128] + dnsName("x"), "A6", "128 x"),
    Case(38, [UInt8](hex: "00 20010db8000000000000000000000001"), "A6", "0 2001:db8::1"),
    Case(40, [1, 2, 3, 0xff], "SINK", "1 2 3 /w=="),
    Case(
      42, [UInt8](hex: "0001 15 03 c0a820 0001 1c 83 c0a826 0002 20 04 20010db8"), "APL",
      "1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32"),
    Case(42, [], "APL", ""),
    Case(45, [10, 1, 2, 192, 0, 2, 38, 1, 3], "IPSECKEY", "10 1 2 192.0.2.38 AQM="),
    Case(45, [10, 0, 2], "IPSECKEY", "10 0 2 ."),
    Case(45, [10, 3, 2] + dnsName("gw.a") + [1], "IPSECKEY", "10 3 2 gw.a AQ=="),
    Case(
      55, [UInt8](hex: "02 02 0003 abcd 010203") + dnsName("rvs.a"), "HIP", "2 ABCD AQID rvs.a"),
    Case(58, dnsName("a") + dnsName("b"), "TALINK", "a b"),
    Case(62, [UInt8](hex: "00000042 0003 0004 60000008"), "CSYNC", "66 3 A NS AAAA"),
    Case(66, [0, 59, 1, 0x14, 0xe9] + dnsName("n.a"), "DSYNC", "CDS NOTIFY 5353 n.a"),
    Case(104, [UInt8](hex: "000a 00144fffff20ee64"), "NID", "10 14:4fff:ff20:ee64"),
    Case(105, [0, 10, 10, 1, 2, 0], "L32", "10 10.1.2.0"),
    Case(106, [UInt8](hex: "000a 20010db811401000"), "L64", "10 2001:db8:1140:1000"),
    Case(107, [0, 10] + dnsName("l.a"), "LP", "10 l.a"),
    Case(108, [UInt8](hex: "00005e00532a"), "EUI48", "00-00-5e-00-53-2a"),
    Case(109, [UInt8](hex: "00005eef1000002a"), "EUI64", "00-00-5e-ef-10-00-00-2a"),
    Case(
      249, dnsName("k") + [UInt8](hex: "00000001 00000002 0003 0011 0002 abcd 0000"), "TKEY",
      "k 1 2 3 BADKEY 2 q80= 0"),
    Case(
      250, dnsName("hmac-sha256") + [UInt8](hex: "00006553f100 012c 0002 abcd 1234 0000 0000"), "TSIG",
      "hmac-sha256 1700000000 300 2 q80= 4660 NOERROR 0"),
    Case(
      250, dnsName("hmac-sha256") + [UInt8](hex: "000000000000 0000 0000 1234 0010 0000"), "TSIG",
      "hmac-sha256 0 0 0 4660 BADSIG 0"),
    Case(258, [1, 0x61], "AVC", #""a""#),
    Case(259, [UInt8](hex: "00000001 00000002 01 01 61"), "DOA", #"1 2 1 "a" -"#),
    Case(260, [10, 0x83] + dnsName("r.a"), "AMTRELAY", "10 1 3 r.a"),
    Case(260, [10, 0], "AMTRELAY", "10 0 0 ."),
    Case(264, [UInt8](hex: "0000000000000102"), "IPN", "258"),
    Case(
      64, [UInt8](hex: "0001 00 0001 0007 03612c62 026832"), "SVCB", #"1 . alpn="a\\,b,h2""#),
    // RFC 3597 §5.
    Case(62_347, [UInt8](hex: "0a000001"), "TYPE62347", "\\# 4 0A000001"),
    Case(65_280, [], "TYPE65280", "\\# 0"),
    Case(10, [1, 2], "NULL", "\\# 2 0102"),
    Case(
      29, [UInt8](hex: "01 12 16 13 898da4c8 70c27358 00987f68"), "LOC",
      "\\# 16 01121613898DA4C870C2735800987F68", codes: ["dns.rdata-invalid"]),
    Case(
      29, [UInt8](hex: "00 a0 16 13 898da4c8 70c27358 00987f68"), "LOC",
      "\\# 16 00A01613898DA4C870C2735800987F68", codes: ["dns.rdata-invalid"]),
    Case(
      29, [UInt8](hex: "00 12 16 13 ffffffff 70c27358 00987f68"), "LOC",
      "\\# 16 00121613FFFFFFFF70C2735800987F68", codes: ["dns.rdata-invalid"]),
    Case(42, [0, 3, 8, 1, 1], "APL", "\\# 5 0003080101", codes: ["dns.rdata-invalid"]),
    Case(45, [10, 4, 2], "IPSECKEY", "\\# 3 0A0402", codes: ["dns.rdata-invalid"]),
    Case(38, [129], "A6", "\\# 1 81", codes: ["dns.rdata-invalid"]),
    Case(55, [9, 2, 0, 0, 1], "HIP", "\\# 5 0902000001", codes: ["dns.rdata-invalid"]),
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
