import Foundation
import TestSupport
import Testing

/// Two hosts in network namespaces: ours, where rules are set, with servers on itself; and another one behind it.
///
/// The other one, "world", is 198.51.100.7 and 2001:db8:7::7, and serves TCP on 53, 80, 443 and 8080 and UDP on 53
/// and 443. Ours is 192.0.2.2. "relay" listens where the rules lead; "local" on 127.0.0.1, 127.0.0.53 and our own
/// address.
enum World {
  /// Runs a shell script on our host and returns its lines.
  ///
  /// It has the functions `ask`, which prints who answers at each of some spots, and `probe`.
  static func run(_ setting: Setting, _ script: String) throws -> [String] {
    try run(setting.caller, "backend=\(setting.backend)\n" + script)
  }

  static func run(_ caller: Caller, _ script: String) throws -> [String] {
    let probe = try ProbeCopy.path.get()
    let result = try ToolRun(
      ["timeout", "-k", "5", "120"] + caller.prefix
        + ["bash", "-euc", "probe=\(probe)\n" + prelude + "set +e\n" + script + "\nexit 0"])
    try #require(result.status == 0, "status \(result.status): \(result.errors)\n\(result.text)")
    return result.lines.map(String.init)
  }

  /// What goes wrong here is the tests' fault; after it, scripts look at failures themselves.
  private static let prelude = #"""
    probe() { "$probe" "$@"; }
    ask() { for spot; do echo "$spot: $(probe ask $spot ${as:-})"; done; }
    # Other people's rules, and ours, without times and counts; last only what is ours or iptables'.
    ruleset() { nft list ruleset 2>/dev/null | sed 's/counter packets [0-9]* bytes [0-9]*/counter/'; }
    saved() { { iptables-save; ip6tables-save; } 2>/dev/null | sed '/^#/d; s/ \[[0-9:]*\]$//'; }
    shown() { nft list table inet wiretape 2>/dev/null; saved; }
    export probe host=$$
    trap 'kill $world $relay $local 2>/dev/null' EXIT
    ip link set lo up
    exec 4< <(exec unshare --net --keep-caps bash -euc '
      ip link set lo up
      ip link add world0 type veth peer name host0 netns $host
      ip link set world0 up
      ip addr add 192.0.2.1/24 dev world0
      ip addr add 198.51.100.7/32 dev world0
      ip -6 addr add 2001:db8:1::1/64 dev world0 nodad
      ip -6 addr add 2001:db8:7::7/128 dev world0 nodad
      ip route add 203.0.113.0/24 via 192.0.2.2
      exec "$probe" serve world tcp/0.0.0.0/{53,80,443,8080} tcp/::/{53,80,443,8080} \
        udp/198.51.100.7/{53,443} udp/2001:db8:7::7/{53,443}')
    world=$!
    read -r _ <&4
    ip link set host0 up
    ip addr add 192.0.2.2/24 dev host0
    ip -6 addr add 2001:db8:1::2/64 dev host0 nodad
    ip route add default via 192.0.2.1
    ip -6 route add default via 2001:db8:1::1
    exec 5< <(exec "$probe" serve relay {tcp/127.0.0.1,tcp/::1}/{51080,51443,51053,61080} \
      {udp/127.0.0.1,udp/::1}/51053)
    relay=$!
    exec 6< <(exec "$probe" serve local {tcp/127.0.0.1,tcp/192.0.2.2}/80 {tcp,udp}/{127.0.0.53,::1}/53 \
      udp/127.0.0.1/443)
    local=$!
    read -r _ <&5
    read -r _ <&6

    """#
}
