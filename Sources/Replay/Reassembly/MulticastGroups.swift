import SessionEvents

/// Groups to which hosts put questions that others answer to them alone, from the same port.
enum MulticastGroups {
  /// The groups of one port, of an address's family.
  static func addresses(port: UInt16, like address: IPAddress) -> [IPAddress] {
    switch (port, address.isIPv4) {
    // Multicast DNS (RFC 6762 §3).
    case (5_353, true): [.v4(0xe000_00fb)]
    case (5_353, false): [.v6(0xff02_0000_0000_0000, 0xfb)]
    // LLMNR (RFC 4795 §2).
    case (5_355, true): [.v4(0xe000_00fc)]
    case (5_355, false): [.v6(0xff02_0000_0000_0000, 0x1_0003)]
    // SSDP and WS-Discovery.
    case (1_900, true), (3_702, true): [.v4(0xefff_fffa)]
    case (1_900, false), (3_702, false):
      [.v6(0xff02_0000_0000_0000, 0xc), .v6(0xff05_0000_0000_0000, 0xc)]
    default: []
    }
  }
}
