public import SessionEvents

/// Which port a decrypted session is written on, so that tools dissect what they find there.
///
/// Tried with tshark: it looks for TLS on 443, 853, 465 …, finds none after decryption, and shows bare data; on the
/// plaintext twin it dissects. It recognises HTTP/1 on any port, but HTTP/2 on 80 and not on 8443 or 10443; hence a
/// decrypted session whose ALPN says HTTP goes to 80 from whatever port the map does not name.
public struct PortMap: Hashable, Sendable {
  public var ports: [UInt16: UInt16]

  public init(_ ports: [UInt16: UInt16]) {
    self.ports = ports
  }

  /// HTTPS, DNS, SMTP, IMAP, POP3, LDAP, FTP (control and data), Telnet, IRC, NNTP, SIP, MQTT, AMQP.
  public static let standard = PortMap([
    443: 80, 853: 53, 465: 25, 993: 143, 995: 110, 636: 389, 990: 21, 989: 20, 992: 23, 6697: 6667,
    563: 119, 5061: 5060, 8883: 1883, 5671: 5672,
  ])

  /// The port that stands for `port`, of a session with these TLS facts.
  public func plaintextPort(for port: UInt16, _ facts: TLSFacts) -> UInt16 {
    if let mapped = ports[port] { return mapped }
    switch facts.alpn {
    case "h2", "http/1.1", "http/1.0": return 80
    default: return port
    }
  }
}

extension PortMap: LosslessStringConvertible {
  /// Reads `443:80,853:53`; the empty text maps nothing.
  public init?(_ text: String) {
    ports = [:]
    for pair in text.split(separator: ",", omittingEmptySubsequences: true) {
      let numbers = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard numbers.count == 2, let from = UInt16(numbers[0]), let to = UInt16(numbers[1]),
        from > 0, to > 0, ports.updateValue(to, forKey: from) == nil
      else { return nil }
    }
  }

  public var description: String {
    ports.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
  }
}
