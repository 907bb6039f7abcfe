import Testing

@Suite struct `Other people's rules` {
  /// In every table that ours are in, and around them.
  static let foreign = """
    nft -f - <<'END'
    table inet firewall {
      comment "ours"
      chain output { type filter hook output priority 0; policy accept; ip daddr 203.0.113.9 counter drop; }
      chain nat_output { type nat hook output priority -100; ip daddr 203.0.113.8 tcp dport 80 dnat ip to 192.0.2.1; }
    }
    table ip wiretape { chain output { type nat hook output priority -100; tcp dport 7 redirect to :7; } }
    END
    for tool in iptables ip6tables; do
      $tool -t nat -N OTHERS
      $tool -t nat -A OTHERS -p tcp --dport 81 -m comment --comment "wiretape is not here" -j REDIRECT --to-ports 82
      $tool -t nat -A OUTPUT -p tcp --dport 81 -j OTHERS
      $tool -t nat -A OUTPUT -p udp --dport 99 -j REDIRECT --to-ports 98
      $tool -A OUTPUT -p tcp --dport 99 -j REJECT
      $tool -A OUTPUT -p udp --dport 443 -j ACCEPT
      $tool -t mangle -A OUTPUT -p tcp --dport 99 -j MARK --set-mark 9
    done

    """

  @Test(arguments: Setting.all)
  func `are as they were, while ours are there and after them`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.foreign)
      others() { nft list table inet firewall; nft list table ip wiretape; saved | grep -v WIRETAPE; }
      before=$(ruleset; saved)
      before_others=$(others)
      compare() { [ "$2" == "$3" ] && echo "$1: same" || diff <(echo "$2") <(echo "$3"); }
      compare sanity "$(saved | grep -c -e '-A O')" 12
      for plan in "" "dns=original quic" ""; do
        probe apply backend=$backend all $plan
        compare applied "$(others)" "$before_others"
      done
      probe remove
      compare removed "$(ruleset; saved)" "$before"
      """)
    #expect(
      lines == ["sanity: same"] + Array(repeating: "applied: same", count: 3)
        + ["removed: \(setting.backend)", "removed: same"])
  }

  /// As Docker's for its resolver, or a proxy's: such rules would send the traffic elsewhere, or let it pass.
  @Test(arguments: Setting.all)
  func `do not come before ours`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.foreign)
      iptables -t nat -I OUTPUT -p tcp --dport 80 -j DNAT --to-destination 192.0.2.1:8080
      nft add rule inet firewall nat_output ip daddr 198.51.100.7 tcp dport 80 dnat ip to 192.0.2.1
      probe apply backend=$backend all
      ask tcp/198.51.100.7/80 udp/198.51.100.7/443
      """)
    #expect(lines == ["tcp/198.51.100.7/80: relay 198.51.100.7:80", "udp/198.51.100.7/443: forbidden"])
  }
}
