import Testing

@testable import Settings

@Suite struct `A value of a key` {
  struct Good: CustomTestStringConvertible, Sendable {
    var key: String
    var texts: [String]
    /// As it is written back; nil: the same.
    var shown: [String]?

    init(_ key: String, _ texts: String..., shown: String...) {
      self.key = key
      self.texts = texts
      self.shown = shown.isEmpty ? nil : shown
    }

    var testDescription: String { "\(key): \(texts)" }
  }

  static let good = [
    Good("listen", "127.0.0.1"), Good("listen", "0.0.0.0", "::"),
    Good("listen", "0:0::1", shown: "::1"),
    Good("tcp_port", "1"), Good("tls_port", "65535"), Good("dns_port", "0053", shown: "53"),
    Good("mark", "0x5754"), Good("mark", "1", shown: "0x1"), Good("mark", "0xFFFFFFFF", shown: "0xffffffff"),
    Good("dns", "original"), Good("dns", "nameservers"),
    Good("nameservers", "8.8.8.8", "2001:4860:4860::8888"),
    Good("nameservers", "8.8.8.8:53", "[::2]", shown: "8.8.8.8", "::2"),
    Good("nameservers", "8.8.8.8:5353", "[::2]:5353"),
    Good("dns_attempts", "1"), Good("dns_attempts", "10"),
    Good("write", "/var/rec"), Good("write", "/a.pcap"), Good("write", "/a.pcap/"), Good("write", "none"),
    Good("rotate_size", "64KiB"), Good("rotate_size", "none"),
    Good("rotate_size", "1GB", shown: "1000000000B"),
    Good("rotate_every", "1s"), Good("rotate_every", "90m"), Good("rotate_every", "24h", shown: "1d"),
    Good("rotate_every", "none"),
    Good("max_total", "2TiB"), Good("max_total", "none"),
    Good("on_record_failure", "stop"), Good("on_record_failure", "continue"),
    Good("link_type", "ethernet"), Good("segment_size", "1460"),
    Good("port_map", ""), Good("port_map", "standard"),
    Good("port_map", "853:53,443:80", shown: "443:80,853:53"),
    Good("ca_directory", "/var/lib/wiretape/ca"), Good("ca_cert", "/a b/ca.pem"), Good("ca_key", "none"),
    Good("upstream_ca", "/a.pem", "/b.pem"),
    Good("on_bad_certificate", "reject"), Good("on_bad_certificate", "accept"),
    Good("bypass", "example.com", "*.example.com", "a_b-c.example.", "192.0.2.1", "2001:db8::1"),
    Good("rules.apply", "true"), Good("rules.backend", "iptables"), Good("rules.backend", "nft"),
    Good("rules.users", "alice", "www-data", "1000"), Good("rules.all_users", "false"),
    Good("rules.cgroup", "/user.slice/user-1000.slice"), Good("rules.cgroup", "none"),
    Good("rules.ports", "8080", "8443"), Good("rules.allow_quic", "true"),
    Good("timeouts.connect", "10ms"), Good("timeouts.handshake", "1d"), Good("timeouts.idle", "none"),
    Good("timeouts.idle", "90s"), Good("timeouts.dns", "1500ms"),
    Good("timeouts.dns_idle", "60s", shown: "1m"),
    Good("timeouts.drain", "0s"), Good("timeouts.drain", "5s"),
    Good("service_user", "nobody"), Good("control", "/run/r.sock"), Good("control", "none"),
    Good("metrics", "/run/m.sock"), Good("metrics", "127.0.0.1:9151"), Good("metrics", "[::1]:9151"),
    Good("log_level", "trace"), Good("log_level", "critical"),
    Good("max_sessions", "auto"), Good("max_sessions", "1"), Good("threads", "256"), Good("threads", "auto"),
  ]

  @Test(arguments: good)
  func `is taken`(_ test: Good) throws {
    let key = try #require(SettingKeys.key(test.key))
    var settings = ServeSettings()
    try key.assign(test.texts, &settings)
    #expect(key.texts(settings) == test.shown ?? test.texts)
  }

  struct Bad: CustomTestStringConvertible, Sendable {
    var key: String
    var text: String
    var reason: String

    init(_ key: String, _ text: String, _ reason: String) {
      self.key = key
      self.text = text
      self.reason = reason
    }

    var testDescription: String { "\(key): \(text)" }
  }

  private static let port = "is not a port, 1 to 65535"
  private static let sizes = "the units are B, KB, KiB, MB, MiB, GB, GiB, TB, TiB"

  static let bad = [
    Bad("listen", "localhost", "'localhost' is not an IPv4 or IPv6 address"),
    Bad("listen", "127.0.0.1:80", "'127.0.0.1:80' is not an address alone: its port is set elsewhere"),
    Bad("listen", "", "'' is not an IPv4 or IPv6 address"),
    Bad("tcp_port", "0", "'0' \(port)"), Bad("tcp_port", "65536", "'65536' \(port)"),
    Bad("tls_port", "-1", "'-1' \(port)"), Bad("tls_port", "+1", "'+1' \(port)"),
    Bad("tls_port", "51_443", "'51_443' \(port)"), Bad("dns_port", "53.0", "'53.0' \(port)"),
    Bad("dns_port", "", "'' \(port)"), Bad("dns_port", " 53", "' 53' \(port)"),
    Bad("dns_port", "٥٣", "'٥٣' \(port)"),
    Bad("dns_port", "99999999999999999999999", "'99999999999999999999999' \(port)"),
    Bad("mark", "0", "'0' is not a mark, 1 to 0xffffffff"),
    Bad("mark", "0x", "'0x' is not a mark, 1 to 0xffffffff"),
    Bad("mark", "0x100000000", "'0x100000000' is not a mark, 1 to 0xffffffff"),
    Bad("mark", "5754h", "'5754h' is not a mark, 1 to 0xffffffff"),
    Bad("dns", "orignal", "'orignal' is not nameservers or original: did you mean 'original'?"),
    Bad("dns", "Original", "'Original' is not nameservers or original: did you mean 'original'?"),
    Bad(
      "nameservers", "dns.google",
      "'dns.google' is not ADDR or ADDR:PORT, IPv6 with a port in brackets"),
    Bad("nameservers", "8.8.8.8:0", "'8.8.8.8:0' is not ADDR or ADDR:PORT, IPv6 with a port in brackets"),
    Bad("nameservers", "8.8.8.8:", "'8.8.8.8:' is not ADDR or ADDR:PORT, IPv6 with a port in brackets"),
    Bad("dns_attempts", "0", "'0' is not a number, 1 to 10"),
    Bad("dns_attempts", "11", "'11' is not a number, 1 to 10"),
    Bad("write", "recordings", "'recordings' is not an absolute path: begin it with '/'"),
    Bad("write", "-", "'-' is for 'relay run': name a directory, or a FILE.pcap"),
    Bad("rotate_size", "256", "'256' has no unit: write a size, as 256MiB"),
    Bad("rotate_size", "256mib", "'256mib' is not a size: did you mean '256MiB'?"),
    Bad("rotate_size", "256M", "'256M' is not a size: \(sizes)"),
    Bad("rotate_size", "256 MiB", "'256 MiB' is not a size: \(sizes)"),
    Bad("rotate_size", "1.5GiB", "'1.5GiB' is not a size: \(sizes)"),
    Bad("rotate_size", "-1GiB", "'-1GiB' is not a size, as 256MiB"),
    Bad("rotate_size", "0MiB", "'0MiB' is less than 64KiB"),
    Bad("rotate_size", "65535B", "'65535B' is less than 64KiB"),
    Bad("max_total", "9999999999TiB", "'9999999999TiB' is too much"),
    Bad("max_total", "99999999999999999999999B", "'99999999999999999999999B' is too much"),
    Bad("rotate_every", "3600", "'3600' has no unit: write a duration, as 30s"),
    Bad("rotate_every", "1H", "'1H' is not a duration: did you mean '1h'?"),
    Bad("rotate_every", "1h30m", "'1h30m' is not a duration: the units are ms, s, m, h, d"),
    Bad("rotate_every", "0s", "'0s' is not between 1s and 366d"),
    Bad("on_record_failure", "ignore", "'ignore' is not continue or stop"),
    Bad("link_type", "sll", "'sll' is not raw or ethernet"),
    Bad("segment_size", "65496", "'65496' is not a number, 1 to 65495"),
    Bad("port_map", "443", "'443' is not a pair FROM:TO of ports, as 443:80"),
    Bad("port_map", "443:80,", "'' is not a pair FROM:TO of ports, as 443:80"),
    Bad("port_map", "443:0", "'443:0' is not a pair FROM:TO of ports, as 443:80"),
    Bad("port_map", "443:80,443:81", "'443:80,443:81' maps port 443 twice"),
    Bad("ca_directory", "ca", "'ca' is not an absolute path: begin it with '/'"),
    Bad("ca_cert", "", "'' is not an absolute path: begin it with '/'"),
    Bad("ca_key", "~/key", "'~/key' is not an absolute path: begin it with '/'"),
    Bad("upstream_ca", "none", "'none' is not an absolute path: begin it with '/'"),
    Bad(
      "on_bad_certificate", "mirrror",
      "'mirrror' is not mirror, reject or accept: did you mean 'mirror'?"),
    Bad("bypass", "", "'' is not a host: write example.com, *.example.com or an address"),
    Bad("bypass", "*", "'*' is not a host: write example.com, *.example.com or an address"),
    Bad("bypass", "a.*.com", "'a.*.com' is not a host: write example.com, *.example.com or an address"),
    Bad("bypass", "a..com", "'a..com' is not a host: write example.com, *.example.com or an address"),
    Bad(
      "bypass", "https://example.com",
      "'https://example.com' is not a host: write example.com, *.example.com or an address"),
    Bad(
      "bypass", "zürich.ch", "'zürich.ch' is not in ASCII: write the name as it goes over the wire (xn--...)"),
    Bad("rules.apply", "yes", "'yes' is not true or false: did you mean 'true'?"),
    Bad("rules.all_users", "0", "'0' is not true or false: did you mean 'false'?"),
    Bad("rules.allow_quic", "TRUE", "'TRUE' is not true or false"),
    Bad("rules.backend", "ufw", "'ufw' is not auto, nft or iptables"),
    Bad("rules.users", "a:b", "'a:b' is not the name of a user"),
    Bad("rules.users", "-x", "'-x' is not the name of a user"),
    Bad(
      "rules.cgroup", "/", "'/' is not the path of a control group, as /user.slice/user-1000.slice"),
    Bad(
      "rules.cgroup", "/a/../b",
      "'/a/../b' is not the path of a control group, as /user.slice/user-1000.slice"),
    Bad("rules.ports", "http", "'http' \(port)"),
    Bad("timeouts.connect", "9ms", "'9ms' is not between 10ms and 1d"),
    Bad("timeouts.handshake", "none", "'none' is not a duration, as 30s"),
    Bad("timeouts.idle", "500ms", "'500ms' is not between 1s and 366d"),
    Bad("timeouts.dns", "2m", "'2m' is not between 10ms and 1m"),
    Bad("timeouts.dns_idle", "2h", "'2h' is not between 10ms and 1h"),
    Bad("timeouts.drain", "6s", "'6s' is not between 0s and 5s"),
    Bad("service_user", "", "'' is not the name of a user"),
    Bad("control", "relay.sock", "'relay.sock' is not an absolute path: begin it with '/'"),
    Bad(
      "control", "/" + String(repeating: "x", count: 107),
      "'/\(String(repeating: "x", count: 107))' is too long for a socket: 108 bytes, at most 107"),
    Bad(
      "metrics", "0.0.0.0:9151",
      "'0.0.0.0:9151' is not a loopback address: metrics are not shown to the network"),
    Bad("metrics", "9151", "'9151' is not the absolute path of a socket or a loopback ADDR:PORT"),
    Bad(
      "metrics", "127.0.0.1:0", "'127.0.0.1:0' is not the absolute path of a socket or a loopback ADDR:PORT"),
    Bad("log_level", "warn", "'warn' is not trace, debug, info, notice, warning, error or critical"),
    Bad("max_sessions", "0", "'0' is not a number, 1 to 10000000"),
    Bad("threads", "257", "'257' is not a number, 1 to 256"),
  ]

  @Test(arguments: bad)
  func `is refused with a reason`(_ test: Bad) throws {
    let key = try #require(SettingKeys.key(test.key))
    #expect(throws: UnfitValue(test.reason)) { try key.check(test.text) }
  }

  @Test func `is tried, good and bad, for every key`() {
    let paths = Set(SettingKeys.all.map(\.path))
    #expect(Set(Self.good.map(\.key)) == paths)
    #expect(Set(Self.bad.map(\.key)) == paths)
  }

  @Test func `stands once in a list`() throws {
    let key = try #require(SettingKeys.key("nameservers"))
    var settings = ServeSettings()
    #expect(throws: UnfitValue("'8.8.8.8:53' is given twice")) {
      try key.assign(["8.8.8.8", "8.8.8.8:53"], &settings)
    }
  }
}
