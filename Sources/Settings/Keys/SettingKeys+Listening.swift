extension SettingKeys {
  static let listening: [SettingKey] = [
    .list(
      \.listening.addresses, .address, in: .listening,
      .init(
        path: "listen", flag: "--listen", valueName: "addr",
        summary: "Listen on this address.",
        details: """
          REDIRECT in the OUTPUT chain sends IPv4 to 127.0.0.1 and IPv6 to ::1; connections that were not redirected \
          are closed.
          """)),
    .scalar(
      \.listening.tcpPort, .port, in: .listening,
      .init(
        path: "tcp_port", flag: "--tcp-port", valueName: "port",
        summary: "Port for redirected plain TCP.",
        details: "Plain and TLS are told apart by their first bytes on either port.")),
    .scalar(
      \.listening.tlsPort, .port, in: .listening,
      .init(
        path: "tls_port", flag: "--tls-port", valueName: "port",
        summary: "Port for redirected TLS.")),
    .scalar(
      \.listening.dnsPort, .port, in: .listening,
      .init(
        path: "dns_port", flag: "--dns-port", valueName: "port",
        summary: "Port for redirected DNS, over UDP and TCP.")),
    .scalar(
      \.listening.mark, .mark, in: .listening,
      .init(
        path: "mark", flag: "--mark", valueName: "mark",
        summary: "SO_MARK of the relay's own connections, which 'relay rules' exempts.",
        details: "Change it where other rules of this machine use the same mark.")),
  ]

  static let dns: [SettingKey] = [
    .scalar(
      \.dns.destination, .choice, in: .dns,
      .init(
        path: "dns", flag: "--dns", valueName: "where",
        summary: "Who answers redirected DNS: nameservers, or original for the server that was asked.",
        details: "The server that the client asked stands in the recording either way.")),
    .list(
      \.dns.nameservers, .nameserver, in: .dns,
      .init(
        path: "nameservers", flag: "--nameserver", valueName: "addr[:port]",
        summary: "Send DNS to this nameserver; several are asked in turn.",
        details: """
          Where that names only a stub of this machine, such as 127.0.0.53, those of /run/systemd/resolve/resolv.conf.
          """,
        isApplicable: true, standardWords: "those of /etc/resolv.conf",
        example: "[9.9.9.9, '[2620:fe::fe]:53']")),
    .scalar(
      \.dns.attempts, .count(1...10), in: .dns,
      .init(
        path: "dns_attempts", flag: "--dns-attempts", valueName: "count",
        summary: "How often a query is sent before the client is told that it failed, 1 to 10.",
        isApplicable: true)),
  ]
}
