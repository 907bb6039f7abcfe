import SessionEvents
import Testing

@Suite struct `IP addresses` {
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var address: IPAddress
    /// As it is written back; nil where that is the text itself.
    var canonical: String?

    var testDescription: String { text }
  }

  static let cases = [
    Case(text: "0.0.0.0", address: .v4(0)),
    Case(text: "192.0.2.255", address: .v4(0xc000_02ff)),
    Case(text: "::", address: .v6(0, 0)),
    Case(text: "::1", address: .v6(0, 1)),
    Case(text: "2001:DB8:0:0:0:0:0:10", address: .v6(0x2001_0db8_0000_0000, 0x10), canonical: "2001:db8::10"),
    // RFC 5952 §4.2.2 and §4.2.3: a single zero group stays, the first of two longest runs is shortened.
    Case(text: "2001:db8:0:1:1:1:1:1", address: .v6(0x2001_0db8_0000_0001, 0x0001_0001_0001_0001)),
    Case(text: "2001:db8::1:0:0:1", address: .v6(0x2001_0db8_0000_0000, 0x0001_0000_0000_0001)),
    Case(
      text: "1:2:3:4:5:6:0:0", address: .v6(0x1_0002_0003_0004, 0x5_0006_0000_0000),
      canonical: "1:2:3:4:5:6::"),
    Case(text: "::ffff:192.0.2.1", address: .v6(0, 0xffff_c000_0201)),
    Case(
      text: "64:ff9b::192.0.2.1", address: .v6(0x64_ff9b_0000_0000, 0xc000_0201),
      canonical: "64:ff9b::c000:201"),
  ]

  @Test(arguments: cases) func `is read in every form, and written in one`(_ test: Case) {
    #expect(IPAddress(test.text) == test.address)
    #expect(test.address.description == test.canonical ?? test.text)
    #expect(IPAddress(networkBytes: test.address.networkBytes) == test.address)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.-4", "1.2.3.4 ", "01234.1.1.1", ":", ":::", "1::2::3",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%lo", "1:2:3:4:5:6:7::8", "::1.2.3", "-1::",
  ])
  func `refuses what is no address`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `refuses other counts of bytes`() {
    for count in [0, 3, 5, 15, 17] {
      #expect(IPAddress(networkBytes: [UInt8](repeating: 1, count: count)) == nil)
    }
  }

  @Test(arguments: ["127.0.0.1", "127.255.0.53", "::1"]) func `knows loopback`(text: String) throws {
    #expect(try #require(IPAddress(text)).isLoopback)
  }

  @Test(arguments: ["126.0.0.1", "::2", "128.0.0.1"]) func `knows what is not loopback`(text: String) throws {
    #expect(try #require(IPAddress(text)).isLoopback == false)
  }
}
