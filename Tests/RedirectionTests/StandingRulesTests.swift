import Testing

/// What is there, and what it is taken for.
@Suite struct `Standing rules` {
  /// What `apply` sets is compared with.
  static let names = ["nft": "active nft 9/9", "iptables": "active iptables 22/22"]

  static func active(_ setting: Setting) -> String { names[setting.backend] ?? "" }

  @Test(arguments: Setting.withRoot)
  func `are the same however often they are applied`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe status
      probe apply backend=$backend && once=$(shown)
      probe apply backend=$backend
      [ "$(shown)" == "$once" ] && echo same
      probe status compared
      """)
    #expect(lines == ["none - 0/?", "same", Self.active(setting)])
  }

  @Test(arguments: Setting.withRoot)
  func `of another plan are told apart, and replaced`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend mark=5 users=0 quic tcp-port=61080
      probe status | cut -d' ' -f1
      probe status compared | cut -d' ' -f1
      probe apply backend=$backend
      probe status compared
      ruleset | grep -c -e 61080 -e 'skuid 0'
      """)
    #expect(lines == ["active", "different", Self.active(setting), "0"])
  }

  @Test(arguments: Setting.withRoot)
  func `of another version are told apart`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      if [ $backend == nft ]; then probe print | sed 's/"wiretape 1 /"wiretape 2 /' | nft -f -
      else probe print backend=iptables | sed "s/'wiretape 1 /'wiretape 2 /" | sh; fi
      probe status | cut -d' ' -f1
      """)
    #expect(lines == ["different"])
  }

  @Test(arguments: Caller.available.filter(\.isRoot))
  func `of one backend replace those of the other`(_ caller: Caller) throws {
    let lines = try World.run(
      caller,
      """
      probe apply backend=iptables
      probe apply backend=nft
      probe status
      probe apply backend=iptables
      probe status
      probe print backend=nft | nft -f -
      probe status | cut -d' ' -f1
      probe remove
      probe status
      """)
    #expect(
      lines == [
        "active nft 9/9", "active iptables 22/22", "different", "removed: nft iptables", "none - 0/?",
      ]
    )
  }

  /// The legacy tables take a lock in a file of root's.
  @Test func `of legacy iptables are found, and replaced`() throws {
    guard Caller.available.contains(.root) else { return }
    let lines = try World.run(
      .root,
      """
      type -p iptables-legacy >/dev/null || { echo absent; exit; }
      legacy() { probe print backend=iptables | sed -E 's/^(ip6?tables) /\\1-legacy /' | sh; }
      legacy
      probe status compared
      probe remove
      legacy
      probe apply backend=iptables
      probe status compared
      iptables-legacy -t nat -S; ip6tables-legacy -t filter -S
      """)
    let empty = [
      "-P PREROUTING ACCEPT", "-P INPUT ACCEPT", "-P OUTPUT ACCEPT", "-P POSTROUTING ACCEPT",
      "-P INPUT ACCEPT", "-P FORWARD ACCEPT", "-P OUTPUT ACCEPT",
    ]
    let expected =
      ["active iptables 22/22", "removed: iptables", "active iptables 22/22"] + empty
    #expect(lines == expected || lines == ["absent"])
  }

  @Test(arguments: Setting.withRoot)
  func `of a service can be removed alone`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend
      probe remove services
      probe apply backend=$backend token=12345678
      probe remove services
      """)
    #expect(lines == ["removed:", "removed: \(setting.backend)"])
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    var backend: String
    var command: String
    var status: String

    var testDescription: String { command }
  }

  static let damages = [
    Damage(
      backend: "nft", command: "nft flush chain inet wiretape redirect_output", status: "partial nft 3/9"),
    Damage(backend: "nft", command: "nft flush table inet wiretape", status: "partial nft 0/9"),
    Damage(
      backend: "nft",
      command: "nft flush chain inet wiretape refuse_quic; nft delete chain inet wiretape refuse_quic",
      status: "partial nft 6/9"),
    Damage(backend: "nft", command: "nft flush ruleset", status: "none - 0/?"),
    Damage(
      backend: "nft", command: "nft add rule inet wiretape redirect_output accept", status: "partial nft 10/9"
    ),
    Damage(backend: "iptables", command: "iptables -t nat -F OUTPUT", status: "partial iptables 21/22"),
    Damage(backend: "iptables", command: "iptables -t nat -F", status: "partial iptables 15/22"),
    Damage(
      backend: "iptables", command: "ip6tables -t nat -F; ip6tables -t nat -X",
      status: "partial iptables 15/22"
    ),
    Damage(
      backend: "iptables", command: "iptables -t nat -D WIRETAPE 1", status: "partial iptables 21/22"),
    Damage(
      backend: "iptables",
      command: "for t in iptables ip6tables; do $t -F OUTPUT; $t -t nat -F OUTPUT; done",
      status: "partial iptables 18/?"),
    Damage(
      backend: "iptables",
      command: "for t in iptables ip6tables; do $t -F; $t -X; $t -t nat -F; $t -t nat -X; done",
      status: "none - 0/?"),
  ]

  @Test(arguments: damages)
  func `are seen to be gone, or damaged, and are applied or removed all the same`(_ damage: Damage) throws {
    let setting = Setting(caller: .namespaceRoot, backend: damage.backend)
    let lines = try World.run(
      setting,
      """
      probe apply backend=$backend
      \(damage.command)
      probe status
      probe apply backend=$backend
      probe status
      \(damage.command)
      probe remove | cut -d: -f1
      probe status
      """)
    #expect(lines == [damage.status, Self.active(setting), "removed", "none - 0/?"])
  }

  @Test(arguments: Setting.withRoot)
  func `are what a printed script sets`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      for plan in "" "all dns=original" "users=0 port=8080 quic" "dns=none mark=9"; do
        probe apply backend=$backend $plan && applied=$(shown)
        probe remove >/dev/null
        if [ $backend == nft ]; then probe print $plan | nft -f -
        else probe print backend=iptables $plan | sh; fi
        [ "$(shown)" == "$applied" ] && echo same
        probe status compared $plan | cut -d' ' -f1
        probe remove >/dev/null
      done
      """)
    #expect(lines == Array(repeating: ["same", "active"], count: 4).flatMap(\.self))
  }

  /// A tool that fails at the last rule, or at IPv6.
  @Test(arguments: Setting.withRoot)
  func `are set whole, or not at all`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      tools=$(mktemp -d)
      trap 'rm -r $tools; kill $world $relay $local' EXIT
      ln -s $(type -p iptables ip6tables iptables-restore) $tools
      cat >$tools/nft <<'END'
      #!/bin/sh
      sed 's/ reject$/ jump nowhere/' | exec /usr/sbin/nft "$@"
      END
      printf '#!/bin/sh\\necho no such thing: >&2; echo a target >&2; exit 4\\n' >$tools/ip6tables-restore
      chmod +x $tools/nft $tools/ip6tables-restore
      probe apply backend=$backend tools=$tools | sed 's/.dev.stdin:[-0-9:]* //; /^hint/d'
      probe status
      """)
    let errors = [
      "nft": "error: `nft` ended with status 1: Error: Could not process rule: No such file or directory",
      "iptables": "error: `ip6tables-restore` ended with status 4: no such thing: a target",
    ]
    #expect(lines == [errors[setting.backend], "none - 0/?"])
  }

  /// The capabilities of a user namespace are none for the network outside.
  @Test func `take privileges, and say so`() throws {
    let refusal = [
      "error: firewall rules need root, or CAP_NET_ADMIN", "hint: run it as root, with sudo for instance",
    ]
    let none = try World.run(
      .namespaceUser,
      """
      for task in apply remove status; do setpriv --ambient-caps=-all --inh-caps=-all "$probe" $task; done
      """)
    #expect(none == refusal + refusal + refusal)
    let void = try World.run(
      .namespaceRoot,
      """
      for backend in nft iptables; do unshare --user --map-root-user "$probe" apply backend=$backend all; done
      """)
    #expect(void == refusal + refusal)
  }

  @Test func `take tools, and say which package has them`() throws {
    let lines = try World.run(
      .namespaceRoot,
      """
      probe apply tools=/nowhere
      probe apply backend=iptables tools=/nowhere
      probe status tools=/nowhere
      """)
    let missing = "is not installed, or not in /usr/sbin, /sbin or PATH"
    #expect(
      lines == [
        "error: `nft` \(missing)", "hint: sudo apt-get install nftables", "error: `iptables` \(missing)",
        "hint: sudo apt-get install iptables", "error: `nft` \(missing)",
        "hint: sudo apt-get install nftables",
      ])
  }
}
