import Packets
import TestSupport
import Testing

/// A way in which a frame, or a tunnel, leads to `Frames.ipv4TCP` or `Frames.ipv6UDP`.
struct Framing: CustomTestStringConvertible, Sendable {
  enum Inner {
    case ipv4TCP
    case ipv6UDP
  }

  var testDescription: String
  var link: LinkType
  /// What precedes the innermost packet.
  var header: [UInt8]
  var inner: Inner

  var packet: [UInt8] { inner == .ipv4TCP ? Frames.ipv4TCP : Frames.ipv6UDP }
  var frame: [UInt8] { header + packet }

  init(_ description: String, _ link: LinkType, _ hex: String, _ inner: Inner = .ipv4TCP) {
    testDescription = description
    self.link = link
    header = [UInt8](hex: hex)
    self.inner = inner
  }

  private static let addresses = "020000000001 020000000002 "
  private static let cooked = "0000 0001 0006 020000000002 0000 "
  /// 10.0.0.1 → 10.0.0.2; length and protocol stand between.
  private static func ipv4(_ length: String, _ number: String) -> String {
    "4500 \(length) 0001 0000 40 \(number) 0000 0a000001 0a000002 "
  }

  private static func ipv6(_ length: String, _ number: String) -> String {
    "60000000 \(length) \(number) 40 fd000000000000000000000000000001 fd000000000000000000000000000002 "
  }

  static let all = links + labels + points + tunnels

  private static let links = [
    Framing("raw", .raw, ""),
    Framing("raw IPv6", .raw, "", .ipv6UDP),
    Framing("IPv4", .ipv4, ""),
    Framing("IPv6", .ipv6, "", .ipv6UDP),
    Framing("IPv6 where IPv4 is announced", .ipv4, "", .ipv6UDP),
    Framing("Ethernet", .ethernet, addresses + "0800"),
    Framing("Ethernet, IPv6", .ethernet, addresses + "86dd", .ipv6UDP),
    Framing("VLAN", .ethernet, addresses + "8100 0064 0800"),
    Framing("QinQ", .ethernet, addresses + "88a8 0064 8100 0065 86dd", .ipv6UDP),
    Framing("old QinQ", .ethernet, addresses + "9100 0064 8100 0065 0800"),
    Framing("little-endian NULL", .null, "02000000"),
    Framing("big-endian NULL", .null, "00000002"),
    Framing("NULL with an EtherType", .null, "0f000800"),
    Framing("NULL, IPv6 of a Mac", .null, "1e000000", .ipv6UDP),
    Framing("LOOP", .loop, "00000002"),
    Framing("LOOP, IPv6 of OpenBSD", .loop, "00000018", .ipv6UDP),
    Framing("SLL", .linuxCooked, cooked + "0800"),
    Framing("SLL, IPv6", .linuxCooked, cooked + "86dd", .ipv6UDP),
    Framing("SLL, VLAN", .linuxCooked, cooked + "8100 0064 0800"),
    Framing("SLL2", .linuxCooked2, "0800 0000 00000001 0001 04 06 0000000000000000"),
    Framing(
      "SLL2, VLAN", .linuxCooked2, "8100 0000 00000001 0001 04 06 0000000000000000 0064 86dd", .ipv6UDP),
  ]

  private static let labels = [
    Framing("MPLS", .ethernet, addresses + "8847 00010140"),
    Framing("MPLS of three labels", .ethernet, addresses + "8847 00010040 00020040 00030140", .ipv6UDP),
    Framing("MPLS in a VLAN", .ethernet, addresses + "8100 0064 8847 00010140"),
    Framing(
      "Ethernet in MPLS", .ethernet,
      addresses + "8847 00010140 00000000 001122334455 001122334466 8100 0064 0800"),
    Framing(
      "Ethernet in MPLS without a control word", .ethernet,
      addresses + "8847 00010140 001122334455 001122334466 86dd", .ipv6UDP),
    Framing("IEEE 802.2 and SNAP", .ethernet, addresses + "0032 aaaa03 000000 0800"),
    Framing("IEEE 802.2 in a VLAN", .ethernet, addresses + "8100 0064 003b aaaa03 000000 86dd", .ipv6UDP),
    Framing("IEEE 802.2 alone", .ethernet, addresses + "002d 060603"),
    Framing("SLL, IEEE 802.2", .linuxCooked, cooked + "0004 aaaa03 000000 0800"),
  ]

  private static let points = [
    Framing("PPPoE", .ethernet, addresses + "8864 1100 0001 002c 0021"),
    Framing("PPPoE in a VLAN, IPv6", .ethernet, addresses + "8100 0007 8864 1100 0001 0035 0057", .ipv6UDP),
    Framing("PPPoE alone", .pppoe, "1100 0001 002c 0021"),
    Framing("PPP", .ppp, "0021"),
    Framing("PPP with HDLC's address", .ppp, "ff03 0057", .ipv6UDP),
    Framing("PPP with a short number", .ppp, "ff03 21"),
    Framing("PPP, MPLS", .ppp, "ff03 0281 00010140"),
    Framing("PPP in HDLC", .pppHDLC, "ff03 0021"),
    Framing("Cisco's HDLC by its address", .pppHDLC, "0f00 0800"),
    Framing("Cisco's HDLC", .ciscoHDLC, "8f00 86dd", .ipv6UDP),
  ]

  private static let tunnels = [
    Framing("IPv4 in IPv4", .raw, ipv4("003e", "04")),
    Framing("IPv6 in IPv4", .ethernet, addresses + "0800" + ipv4("0047", "29"), .ipv6UDP),
    Framing("IPv4 in IPv6", .raw, ipv6("002a", "04")),
    Framing("IPv6 in IPv6, behind options", .raw, ipv6("003b", "3c") + "2900 010400000000", .ipv6UDP),
    Framing("GRE", .raw, ipv4("0042", "2f") + "0000 0800"),
    Framing(
      "GRE with all of its options", .raw, ipv6("0043", "2f") + "b000 86dd 00000000 00000007 00000001",
      .ipv6UDP),
    Framing("Ethernet in GRE", .raw, ipv4("0054", "2f") + "2000 6558 00000700" + addresses + "0800"),
    Framing("MPLS in GRE", .raw, ipv4("0046", "2f") + "0000 8847 00010140"),
    Framing("PPTP", .raw, ipv4("0052", "2f") + "3081 880b 002e0001 00000001 00000001 ff03 0021"),
    Framing("MPLS in IPv4", .raw, ipv4("0042", "89") + "00010140"),
    Framing(
      "an authentication header", .raw,
      ipv4("0056", "33") + "0404 0000 00000001 00000001 000000000000000000000000"),
    Framing("IPv4 in GRE in IPv6 in IPv4", .raw, ipv4("006a", "29") + ipv6("002e", "2f") + "0000 0800"),
  ]
}
