import Testing

@Suite struct `Traffic under the rules` {
  struct Case: Sendable {
    var spot: String
    /// Where it goes without rules, or when it is not selected.
    var free: String
    /// Where it goes when it is selected.
    var taken: String
  }

  static let world = "198.51.100.7"
  static let world6 = "2001:db8:7::7"

  static let cases = [
    Case(spot: "tcp/\(world)/80", free: "world \(world):80", taken: "relay \(world):80"),
    Case(spot: "tcp/\(world)/443", free: "world \(world):443", taken: "relay \(world):443"),
    Case(spot: "tcp/\(world)/53", free: "world \(world):53", taken: "relay \(world):53"),
    Case(spot: "udp/\(world)/53", free: "world", taken: "relay"),
    Case(spot: "tcp/\(world6)/80", free: "world [\(world6)]:80", taken: "relay [\(world6)]:80"),
    Case(spot: "tcp/\(world6)/443", free: "world [\(world6)]:443", taken: "relay [\(world6)]:443"),
    Case(spot: "tcp/\(world6)/53", free: "world [\(world6)]:53", taken: "relay [\(world6)]:53"),
    Case(spot: "udp/\(world6)/53", free: "world", taken: "relay"),
    // Refused, as the sender learns from the failed send.
    Case(spot: "udp/\(world)/443", free: "world", taken: "forbidden"),
    Case(spot: "udp/\(world6)/443", free: "world", taken: "forbidden"),
    // Another port, and this machine itself.
    Case(spot: "tcp/\(world)/8080", free: "world \(world):8080", taken: "world \(world):8080"),
    Case(spot: "tcp/127.0.0.1/80", free: "local 127.0.0.1:80", taken: "local 127.0.0.1:80"),
    Case(spot: "tcp/192.0.2.2/80", free: "local 192.0.2.2:80", taken: "local 192.0.2.2:80"),
    Case(spot: "tcp/127.0.0.53/53", free: "local 127.0.0.53:53", taken: "local 127.0.0.53:53"),
    Case(spot: "udp/127.0.0.53/53", free: "local", taken: "local"),
    Case(spot: "udp/::1/53", free: "local", taken: "local"),
    Case(spot: "udp/127.0.0.1/443", free: "local", taken: "local"),
  ]

  static let askAll = "ask " + cases.map(\.spot).joined(separator: " ")
  static let free = cases.map { "\($0.spot): \($0.free)" }
  static let taken = cases.map { "\($0.spot): \($0.taken)" }

  @Test(arguments: Setting.all)
  func `goes to the relay where it is selected, and nowhere else`(_ setting: Setting) throws {
    let lines = try World.run(setting, "\(Self.askAll)\nprobe apply backend=$backend all\n\(Self.askAll)")
    #expect(lines == Self.free + Self.taken)
  }

  /// Where the legacy one is what `iptables` means.
  @Test func `goes to the relay by legacy iptables`() throws {
    guard Caller.available.contains(.root) else { return }
    let lines = try World.run(
      .root,
      """
      type -p iptables-legacy >/dev/null || { echo absent; exit; }
      tools=$(mktemp -d)
      for tool in ip{,6}tables{,-restore}; do ln -s $(type -p ${tool/tables/tables-legacy}) $tools/$tool; done
      probe apply tools=$tools all
      \(Self.askAll)
      probe status tools=$tools
      probe remove
      rm -r $tools
      """)
    let expected = Self.taken + ["active iptables 22/22", "removed: iptables"]
    #expect(lines == expected || lines == ["absent"])
  }

  @Test(arguments: Setting.all)
  func `is free again once the rules are removed`(_ setting: Setting) throws {
    let lines = try World.run(
      setting, "probe apply backend=$backend all\nprobe remove\n\(Self.askAll)")
    #expect(lines == ["removed: \(setting.backend)"] + Self.free)
  }

  @Test(arguments: Setting.all)
  func `with the relay's mark is never taken`(_ setting: Setting) throws {
    let lines = try World.run(
      setting, "probe apply backend=$backend all dns=original\nas=mark=\(0x5754)\n\(Self.askAll)")
    #expect(lines == Self.free)
  }

  @Test(arguments: Setting.all)
  func `with another mark than the relay's is taken`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend all mark=77
      as=mark=\(0x5754)
      ask tcp/198.51.100.7/80
      as=mark=77
      ask tcp/198.51.100.7/80
      """)
    #expect(
      lines == [
        "tcp/198.51.100.7/80: relay 198.51.100.7:80", "tcp/198.51.100.7/80: world 198.51.100.7:80",
      ])
  }

  @Test(arguments: Setting.withRoot)
  func `of root alone is left out unless it is asked for`(_ setting: Setting) throws {
    let lines = try World.run(setting, "probe apply backend=$backend\n\(Self.askAll)")
    #expect(lines == (setting.caller.isRoot ? Self.free : Self.taken))
  }

  @Test(arguments: ["nft", "iptables"])
  func `is selected by users`(_ backend: String) throws {
    guard Caller.available.contains(.root) else { return }
    let spots = "tcp/198.51.100.7/80 udp/198.51.100.7/443"
    let lines = try World.run(
      Setting(caller: .root, backend: backend),
      """
      for selection in all users=1000,1002 users=0 dns=none; do
        probe apply backend=$backend $selection
        for uid in 0 1000 1001; do as=uid=$uid ask \(spots); done
      done
      """)
    let free = ["tcp/198.51.100.7/80: world 198.51.100.7:80", "udp/198.51.100.7/443: world"]
    let taken = ["tcp/198.51.100.7/80: relay 198.51.100.7:80", "udp/198.51.100.7/443: forbidden"]
    // As root, 1000 and 1001.
    let everyone = taken + taken + taken
    let one = free + taken + free
    let root = taken + free + free
    let allButRoot = free + taken + taken
    #expect(lines == everyone + one + root + allButRoot)
  }

  @Test(arguments: Setting.all)
  func `to a resolver on this machine is taken when each query goes on to its own server`(_ setting: Setting)
    throws
  {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend all dns=original
      ask {tcp,udp}/{127.0.0.53,::1,198.51.100.7}/53 tcp/127.0.0.1/80 tcp/192.0.2.2/80
      """)
    #expect(
      lines == [
        "tcp/127.0.0.53/53: relay 127.0.0.53:53", "tcp/::1/53: relay [::1]:53",
        "tcp/198.51.100.7/53: relay 198.51.100.7:53", "udp/127.0.0.53/53: relay", "udp/::1/53: relay",
        "udp/198.51.100.7/53: relay", "tcp/127.0.0.1/80: local 127.0.0.1:80",
        "tcp/192.0.2.2/80: local 192.0.2.2:80",
      ])
  }

  @Test(arguments: Setting.all)
  func `of DNS and QUIC is left alone on demand, and more ports are taken`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend all dns=none quic port=8080 port=443 tcp-port=61080
      ask {tcp,udp}/198.51.100.7/53 udp/198.51.100.7/443 tcp/198.51.100.7/{80,443,8080}
      """)
    #expect(
      lines == [
        "tcp/198.51.100.7/53: world 198.51.100.7:53", "udp/198.51.100.7/53: world",
        "udp/198.51.100.7/443: world", "tcp/198.51.100.7/80: relay 198.51.100.7:80",
        "tcp/198.51.100.7/443: relay 198.51.100.7:443", "tcp/198.51.100.7/8080: relay 198.51.100.7:8080",
      ])
  }

  @Test(arguments: Setting.all)
  func `of IPv4 is taken where there is no IPv6`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend all ipv6=no
      ask tcp/198.51.100.7/80 udp/198.51.100.7/443 tcp/2001:db8:7::7/80
      echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
      probe apply backend=$backend all
      ask tcp/198.51.100.7/80 udp/198.51.100.7/443
      probe status
      """)
    #expect(
      lines == [
        "tcp/198.51.100.7/80: relay 198.51.100.7:80", "udp/198.51.100.7/443: forbidden",
        "tcp/2001:db8:7::7/80: world [2001:db8:7::7]:80",
        "tcp/198.51.100.7/80: relay 198.51.100.7:80", "udp/198.51.100.7/443: forbidden",
        setting.backend == "nft" ? "active nft 9/9" : "active iptables 22/22",
      ])
  }

  /// A third host sends through ours.
  @Test(arguments: Setting.all)
  func `that is only forwarded is never taken`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      echo 1 >/proc/sys/net/ipv4/ip_forward
      probe apply backend=$backend all
      unshare --net --keep-caps bash -euc '
        ip link add guest0 type veth peer name host1 netns $host
        ip link set guest0 up
        ip addr add 203.0.113.2/24 dev guest0
        nsenter --net=/proc/$host/ns/net --preserve-credentials bash -c "
          ip link set host1 up && ip addr add 203.0.113.1/24 dev host1"
        ip route add default via 203.0.113.1
        for spot in tcp/198.51.100.7/{53,80,443} udp/198.51.100.7/{53,443}; do $probe ask $spot; done'
      """)
    #expect(
      lines == [
        "world 198.51.100.7:53", "world 198.51.100.7:80", "world 198.51.100.7:443", "world", "world",
      ])
  }
}
