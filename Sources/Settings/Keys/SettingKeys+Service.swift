extension SettingKeys {
  static let rules: [SettingKey] = [
    .scalar(
      \.rules.areApplied, .truth, in: .rules,
      .init(
        path: "rules.apply", flag: "--with-rules", valueName: "bool",
        summary:
          "Set the firewall rules at the start, as 'relay rules apply' does, and remove them at the end.")),
    .scalar(
      \.rules.backend, .choice, in: .rules,
      .init(
        path: "rules.backend", flag: "--backend", valueName: "tool",
        summary: "Set the rules with nft or iptables; auto takes nft where it is there.")),
    .list(
      \.rules.users, .user, in: .rules,
      .init(
        path: "rules.users", flag: "--user", valueName: "name",
        summary: "Redirect only this user's traffic.",
        details: "The default is everybody's but root's.", example: "[alice, www-data]")),
    .scalar(
      \.rules.allUsers, .truth, in: .rules,
      .init(
        path: "rules.all_users", flag: "--all-users", valueName: "bool",
        summary: "Redirect everybody's traffic, root's too.",
        details: "No loop comes of it: the relay's own connections carry the mark.")),
    .optional(
      \.rules.cgroup, .cgroup, nilWord: "none", in: .rules,
      .init(
        path: "rules.cgroup", flag: "--cgroup", valueName: "path",
        summary: "Redirect only the traffic of this control group.",
        details:
          "A slice, rather than a service: rules hold on to the group as it is now, and a service gets a new one.",
        example: "/user.slice/user-1000.slice")),
    .list(
      \.rules.ports, .port, in: .rules,
      .init(
        path: "rules.ports", flag: "--port", valueName: "port",
        summary: "Redirect TCP to this port, too, besides 80 and 443.", example: "[8080, 8443]")),
    .scalar(
      \.rules.allowsQUIC, .truth, in: .rules,
      .init(
        path: "rules.allow_quic", flag: "--allow-quic", valueName: "bool",
        summary: "Let QUIC (UDP port 443) pass, unread and unrecorded, instead of rejecting it.",
        details: "Where it is rejected, clients fall back to TCP.")),
  ]

  private static let wait: ClosedRange<Duration> = .milliseconds(10) ... .seconds(86_400)

  static let timeouts: [SettingKey] = [
    .scalar(
      \.timeouts.connect, .duration(wait), in: .timeouts,
      .init(
        path: "timeouts.connect", flag: "--connect-timeout", valueName: "duration",
        summary: "Give up an upstream connection after this time.", isApplicable: true)),
    .scalar(
      \.timeouts.handshake, .duration(wait), in: .timeouts,
      .init(
        path: "timeouts.handshake", flag: "--handshake-timeout", valueName: "duration",
        summary: "Give up either TLS handshake of a session after this time.", isApplicable: true)),
    .optional(
      \.timeouts.idle, .duration(.seconds(1) ... .seconds(86_400 * 366)), nilWord: "none", in: .timeouts,
      .init(
        path: "timeouts.idle", flag: "--idle-timeout", valueName: "duration",
        summary: "End a TCP session after this time without a byte either way.",
        isApplicable: true, example: "1h")),
    .scalar(
      \.dns.timeout, .duration(.milliseconds(10) ... .seconds(60)), in: .timeouts,
      .init(
        path: "timeouts.dns", flag: "--dns-timeout", valueName: "duration",
        summary: "Try the next nameserver after this time.", isApplicable: true)),
    .scalar(
      \.timeouts.dnsIdle, .duration(.milliseconds(10) ... .seconds(3_600)), in: .timeouts,
      .init(
        path: "timeouts.dns_idle", flag: "--dns-idle-timeout", valueName: "duration",
        summary: "Take a DNS client socket's session to be over after this time.", isApplicable: true)),
    .scalar(
      \.timeouts.drain, .duration(.zero ... .seconds(5)), in: .timeouts,
      .init(
        path: "timeouts.drain", flag: "--drain-timeout", valueName: "duration",
        summary: "Let sessions end by themselves this long after SIGTERM, at most 5s.",
        isApplicable: true)),
  ]

  static let service: [SettingKey] = [
    .scalar(
      \.service.user, .user, in: .service,
      .init(
        path: "service_user", flag: "--service-user", valueName: "name",
        summary: "Become this user once the sockets are open.")),
    .optional(
      \.service.controlSocket, .socketPath, nilWord: "none", in: .service,
      .init(
        path: "control", flag: "--control", valueName: "path",
        summary: "Socket that 'relay status' asks.", isPath: true)),
    .optional(
      \.service.metrics, .metrics, nilWord: "none", in: .service,
      .init(
        path: "metrics", flag: "--metrics", valueName: "where",
        summary: "Serve Prometheus metrics on this socket path or loopback ADDR:PORT.",
        example: "127.0.0.1:9151")),
    .scalar(
      \.service.logLevel, .choice, in: .service,
      .init(
        path: "log_level", flag: "--log-level", valueName: "level",
        summary: "Log this and worse: trace, debug, info, notice, warning, error or critical.",
        details: "Sessions have lines of their own at debug.", isApplicable: true)),
    .optional(
      \.service.sessionLimit, .count(1...10_000_000), nilWord: "auto", in: .service,
      .init(
        path: "max_sessions", flag: "--max-sessions", valueName: "count",
        summary: "How many TCP sessions may be open at once; further ones wait to be accepted.",
        details: "auto is what the limit of open files (RLIMIT_NOFILE) allows.", isApplicable: true,
        example: "20000")),
    .optional(
      \.service.threads, .count(1...256), nilWord: "auto", in: .service,
      .init(
        path: "threads", flag: "--threads", valueName: "count",
        summary: "Event loop threads; auto is one a core.", example: "2")),
  ]
}
