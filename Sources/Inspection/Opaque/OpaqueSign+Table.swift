import SessionEvents

// The signs by which protocols are guessed that are not read here; each names its source.
extension OpaqueSign {
  /// Protocols that begin with words.
  static let texts: [OpaqueSign] = [
    .text("ssh", "SSH-"),  // RFC 4253 §4.2
    .text("vnc", "RFB 00"),  // RFC 6143 §7.1.1
    .text("rsync", "@RSYNCD:"),
    .text("xmpp", "<stream:stream"),  // RFC 6120 §4.2
    .either("xmpp", "begins with a stream of XMPP") {
      let text = String(decoding: $0, as: UTF8.self)
      return text.hasPrefix("<?xml") && text.contains("<stream:stream")
    },
    .text("ssdp", "M-SEARCH * HTTP/1.1", over: .udp),
    .text("ssdp", "NOTIFY * HTTP/1.1", over: .udp),
    .either("sip", "the first line has SIP/2.0") {  // RFC 3261 §7
      let line = $0.firstLine
      return line.hasPrefix("SIP/2.0 ") || line.hasSuffix(" SIP/2.0")
    },
    .either("rtsp", "the first line has RTSP/1.0") {  // RFC 7826 §20
      let line = $0.firstLine
      return line.hasPrefix("RTSP/") || line.hasSuffix(" RTSP/1.0") || line.hasSuffix(" RTSP/2.0")
    },
    .client("git", "begins with a request of the Git protocol", over: .tcp) {
      $0.count > 8 && $0.prefix(4).allSatisfy { hexadecimalValue($0) != nil }
        && $0.dropFirst(4).starts(with: Array("git-".utf8))
    },
    .client("irc", "the client begins with a command of IRC", over: .tcp) {  // RFC 2812 §3.1
      let line = $0.firstLine
      return ["NICK ", "CAP LS", "CAP REQ", "USER "].contains(where: line.hasPrefix)
    },
    .server("irc", "the server begins with a notice of IRC", over: .tcp) {
      let words = $0.firstLine.split(separator: " ")
      return words.count > 2 && words[0].hasPrefix(":") && (words[1] == "NOTICE" || words[1] == "001")
    },
    .both("nntp", "the server greets as NNTP does", over: .tcp) {  // RFC 3977 §5.1
      let line = $0.server.firstLine
      return line.hasPrefix("200 ") || line.hasPrefix("201 ")
    },
    .client("memcached", "the client begins with a command of memcached", over: .tcp) {
      let line = $0.firstLine
      return line == "stats" || line == "version"
        || ["get ", "gets ", "set ", "add ", "delete ", "incr ", "mg "].contains(where: line.hasPrefix)
    },
    .client("zookeeper", "begins with a four-letter word of ZooKeeper", over: .tcp) {
      ["ruok", "mntr", "srvr", "stat", "envi"].contains($0.firstLine)
    },
    .either("syslog", "begins with a priority", over: .udp) {  // RFC 5424 §6
      guard $0.first == UInt8(ascii: "<"), let end = $0.firstIndex(of: UInt8(ascii: ">")) else {
        return false
      }
      return (2...4).contains(end) && $0[1..<end].allSatisfy(isDigit)
    },
    .text("bittorrent", "d1:ad2:id20:", over: .udp),
    .text("bittorrent", "\u{13}BitTorrent protocol"),
  ]

  /// Binary protocols of streams.
  static let streams: [OpaqueSign] = [
    .either("tls", "begins with a TLS record in the midst of a connection", over: .tcp) {  // RFC 8446 §5.1
      $0.count >= 5 && (20...23).contains($0[0]) && $0[1] == 3 && $0[2] <= 4 && $0[3] <= 0x41
    },
    .client("mqtt", "begins with MQTT's CONNECT", over: .tcp) {  // MQTT 5.0 §3.1
      guard $0.first == 0x10, let end = $0.dropFirst().prefix(4).firstIndex(where: { $0 < 0x80 }) else {
        return false
      }
      let name = $0.dropFirst(end + 1)
      return name.starts(with: [0, 4] + Array("MQTT".utf8))
        || name.starts(with: [0, 6] + Array("MQIsdp".utf8))
    },
    .text("amqp", "AMQP", over: .tcp),
    .client("smb", "begins with a message of SMB", over: .tcp) {  // MS-SMB2 §2.1
      $0.has([0, nil, nil, nil, 0xfe, 0x53, 0x4d, 0x42])
        || $0.has([0, nil, nil, nil, 0xff, 0x53, 0x4d, 0x42])
    },
    .client("netbios", "begins with a NetBIOS session request", over: .tcp) {  // RFC 1002 §4.3.2
      $0.has([0x81, 0, 0, nil, 0x20])
    },
    .client("rdp", "begins with a connection request in TPKT", over: .tcp) {  // RFC 1006 §6
      $0.has([3, 0, 0, nil, nil, 0xe0, 0, 0])
    },
    .client("x11", "begins with a connection set-up of X11", over: .tcp) {
      $0.has([0x6c, 0, 11, 0, 0, 0]) || $0.has([0x42, 0, 0, 11, 0, 0])
    },
    .client("ajp", "begins with AJP13's magic number", over: .tcp) {
      $0.has([0x12, 0x34]) && $0.number(at: 2, byteCount: 2).map { $0 > 0 && $0 <= 8_192 } == true
    },
    .client("fastcgi", "begins with FastCGI's BEGIN_REQUEST", over: .tcp) {
      $0.has([1, 1, nil, nil, 0, 8, 0, 0, 0])
    },
    .either("telnet", "begins with an option negotiation of Telnet", over: .tcp) {  // RFC 854
      $0.count >= 3 && $0[0] == 0xff && (0xfb...0xfe).contains($0[1])
    },
    .client("openvpn", "begins with a reset of OpenVPN", over: .tcp) {
      guard let length = $0.number(at: 0, byteCount: 2) else { return false }
      return length >= 14 && length <= 512 && $0.count > 2 && ($0[2] == 0x38 || $0[2] == 0x50)
    },
  ]

  /// Databases and message brokers.
  static let databases: [OpaqueSign] = [
    .server("mysql", "the server greets with version 10 of MySQL's protocol", over: .tcp) {
      guard $0.has([nil, nil, 0, 0, 10]), let end = $0[5...].firstIndex(of: 0) else { return false }
      let version = $0[5..<end]
      return version.count >= 3 && version.first.map(isDigit) == true && version.contains(UInt8(ascii: "."))
    },
    .client("tds", "begins with TDS's PRELOGIN", over: .tcp) {  // MS-TDS §2.2.6.5
      $0.has([0x12, 1, nil, nil, 0, 0, nil, 0, 0])
    },
    .client("mongodb", "begins with a message of MongoDB", over: .tcp) {
      guard let length = $0.littleEndian32(at: 0), let answered = $0.littleEndian32(at: 8),
        let code = $0.littleEndian32(at: 12)
      else { return false }
      return (16...0x300_0000).contains(length) && answered == 0
        && [2_004, 2_010, 2_012, 2_013].contains(code)
    },
    .client("cassandra", "begins with OPTIONS or STARTUP of CQL", over: .tcp) {
      $0.count >= 9 && (3...5).contains($0[0] & 0x7f) && ($0[4] == 5 || $0[4] == 1)
        && $0.number(at: 5, byteCount: 4).map { $0 < 512 } == true
    },
    .client("ldap", "begins with a request of LDAP", over: .tcp) {  // RFC 4511 §4.1.1
      guard $0.count >= 7, $0[0] == 0x30 else { return false }
      let start = $0[1] < 0x80 ? 2 : 2 + Int($0[1] & 0x7f)
      return $0.has([2, 1], at: start) && $0.count > start + 3 && [0x60, 0x63, 0x77].contains($0[start + 3])
    },
    .client("zookeeper", "begins with a connection request of ZooKeeper", over: .tcp) {
      guard let length = $0.number(at: 0, byteCount: 4) else { return false }
      return (44...45).contains(length) && $0.has([0, 0, 0, 0, 0, 0, 0, 0], at: 4)
    },
    .both("kafka", "the answer repeats the correlation id of a Kafka request", over: .tcp) {
      guard let key = $0.client.number(at: 4, byteCount: 2),
        let version = $0.client.number(at: 6, byteCount: 2),
        let asked = $0.client.number(at: 8, byteCount: 4),
        let answered = $0.server.number(at: 4, byteCount: 4)
      else { return false }
      return $0.client[0] == 0 && $0.server[0] == 0 && key < 100 && version < 20 && asked == answered
    },
    .either("memcached", "begins with a message of memcached's binary protocol", over: .tcp) {
      $0.count >= 24 && ($0[0] == 0x80 || $0[0] == 0x81) && $0[1] <= 0x25 && $0[5] == 0
    },
  ]

  /// Protocols of datagrams.
  static let datagrams: [OpaqueSign] = [
    .either("quic", "begins with a long header of QUIC", over: .udp) {  // RFC 8999 §5.1, RFC 9369
      guard $0.count >= 20, $0[0] & 0x80 != 0, let version = $0.number(at: 1, byteCount: 4) else {
        return false
      }
      return version == 1 || version == 0x6b33_43cf || version >> 8 == 0xff_0000 || version >> 24 == 0x51
    },
    .either("dtls", "begins with a record of DTLS", over: .udp) {  // RFC 6347 §4.1
      $0.count >= 13 && (20...25).contains($0[0]) && $0[1] == 0xfe && ($0[2] == 0xff || $0[2] == 0xfd)
    },
    .either("stun", "has the magic cookie of STUN", over: .udp) {  // RFC 8489 §5
      $0.count >= 20 && $0[0] & 0xc0 == 0 && $0.has([0x21, 0x12, 0xa4, 0x42], at: 4)
    },
    .either("dhcp", "has the magic cookie of DHCP", over: .udp) {  // RFC 2131 §3
      $0.count >= 240 && ($0[0] == 1 || $0[0] == 2) && $0.has([0x63, 0x82, 0x53, 0x63], at: 236)
    },
    .either("snmp", "begins with a message of SNMP", over: .udp) {  // RFC 3416 §3
      guard $0.count >= 8, $0[0] == 0x30 else { return false }
      let start = $0[1] < 0x80 ? 2 : 2 + Int($0[1] & 0x7f)
      return ($0.has([2, 1, 0], at: start) || $0.has([2, 1, 1], at: start) || $0.has([2, 1, 3], at: start))
        && $0.count > start + 3 && ($0[start + 3] == 4 || $0[start + 3] == 0x30)
    },
    .client("wireguard", "begins with a handshake of WireGuard", over: .udp) {
      $0.count == 148 && $0.has([1, 0, 0, 0])
    },
    .client("openvpn", "begins with a reset of OpenVPN", over: .udp) {
      $0.count >= 14 && $0.count <= 86 && $0[0] == 0x38
    },
    .client("ike", "begins with a message of IKE", over: .udp) {  // RFC 7296 §3.1
      $0.count >= 28 && $0.has([0, 0, 0, 0, 0, 0, 0, 0], at: 8) && ($0[17] == 0x10 || $0[17] == 0x20)
    },
    .client("tftp", "begins with a request of TFTP", over: .udp) {  // RFC 1350 §5
      guard $0.has([0, 1]) || $0.has([0, 2]) else { return false }
      let mode = $0.dropFirst(2).split(separator: 0).dropFirst().first ?? []
      return equalsIgnoringCase(mode, Array("octet".utf8)) || equalsIgnoringCase(mode, Array("netascii".utf8))
    },
    .either("netbios", "holds an encoded NetBIOS name", over: .udp) {  // RFC 1002 §4.2
      $0.count >= 46 && $0[12] == 0x20
        && $0[13..<45].allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "P")).contains($0) }
    },
    .either("ntp", "48 bytes with a version and mode of NTP", over: .udp) {  // RFC 5905 §7.3
      $0.count == 48 && (1...4).contains($0[0] >> 3 & 7) && (1...5).contains($0[0] & 7)
    },
  ]

  /// What many other bytes look like too.
  static let weak: [OpaqueSign] = [
    .either("rtp", "looks like version 2 of RTP, which much else does", over: .udp) {  // RFC 3550 §5.1
      $0.count >= 12 && $0[0] & 0xe0 == 0x80 && $0[0] & 0x0f == 0
        && ($0[1] & 0x7f < 35 || $0[1] & 0x7f >= 96 || (200...204).contains($0[1]))
    }
  ]
}
