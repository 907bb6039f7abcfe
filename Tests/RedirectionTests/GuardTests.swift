import Testing

@Suite struct `The rules' guard` {
  /// A relay with guarded rules, whose orders are written to descriptor 8 and whose words are read from 7.
  static let start = """
    orders=$(mktemp -u) && mkfifo $orders
    exec 7< <(exec "$probe" guard backend=$backend all <$orders)
    served=$!
    exec 8>$orders && rm $orders
    read -r _ guard <&7
    hear() { read -r -t 20 line <&7 && echo "$line"; }
    order() { echo $1 >&8; hear; }
    # Until a process is gone, or a zombie.
    gone() { while grep -qs '^State:.[^Z]' /proc/$1/status; do read -r -t 0.01 <> <(:); done; }

    """

  @Test(arguments: Setting.all)
  func `removes them when the relay is killed`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      ask tcp/198.51.100.7/80
      kill -KILL $served
      gone $guard
      probe status
      ask tcp/198.51.100.7/80
      """)
    #expect(
      lines == [
        "applied", "tcp/198.51.100.7/80: relay 198.51.100.7:80", "none - 0/?",
        "tcp/198.51.100.7/80: world 198.51.100.7:80",
      ])
  }

  /// The moments are what is tested: nothing of a start can be waited for.
  @Test(arguments: Setting.all)
  func `removes them when the relay is killed at any moment of the start`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      for moment in 0001 001 003 006 010 020 040 080; do
        \(Self.start)
        echo apply >&8
        read -r -t 0.$moment <> <(:)
        kill -KILL $served
        gone $guard
        probe status
      done
      """)
    #expect(lines == Array(repeating: "none - 0/?", count: 8))
  }

  @Test(arguments: Setting.all)
  func `redirects nothing new once it is to release what is open`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      order release
      ask tcp/198.51.100.7/80
      order finish
      probe status
      """)
    #expect(
      lines == [
        "applied", "released", "tcp/198.51.100.7/80: world 198.51.100.7:80", "finished", "none - 0/?",
      ])
  }

  @Test(arguments: Setting.all)
  func `removes them when it is asked to, and when the relay just ends`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      order finish
      kill -0 $guard 2>/dev/null || echo no guard
      probe status
      echo end >&8
      \(Self.start)
      order apply
      echo end >&8
      gone $guard
      probe status
      """)
    #expect(lines == ["applied", "finished", "no guard", "none - 0/?", "applied", "none - 0/?"])
  }

  @Test(arguments: Setting.all)
  func `is not ended by signals to the service`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      for signal in TERM INT HUP QUIT USR1 USR2 PIPE; do kill -$signal $guard; done
      order finish
      probe status
      """)
    #expect(lines == ["applied", "finished", "none - 0/?"])
  }

  @Test(arguments: Setting.all)
  func `holds nothing that it does not need`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      exec 9</etc/passwd
      \(Self.start.replacing(" all ", with: " all interval=60000 "))
      order apply
      cat /proc/$guard/comm
      ls -l /proc/$guard/fd | grep -e '->' | sed 's/.* -> //; s/:.*//' | sort | uniq -c | sed 's/^ *//'
      grep -E '^(Cap(Prm|Eff|Inh|Amb)|NoNewPrivs)' /proc/$guard/status
      [ $(ps -o sid= $guard) == $guard ] && echo own session
      readlink /proc/$guard/cwd
      """)
    let capabilities = setting.backend == "nft" ? "0000000000001000" : "0000000000003000"
    #expect(
      lines == [
        "applied", "relay-guard", "3 /dev/null", "2 socket", "CapInh:\t0000000000000000",
        "CapPrm:\t\(capabilities)", "CapEff:\t\(capabilities)", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1",
        "own session", "/",
      ])
  }

  @Test(arguments: Setting.all)
  func `tells of changes by others, and leaves them`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      if [ $backend == nft ]; then nft flush chain inet wiretape refuse_quic
      else ip6tables -t nat -F; fi
      hear
      if [ $backend == nft ]; then nft flush ruleset
      else for t in iptables ip6tables; do $t -F; $t -X; $t -t nat -F; $t -t nat -X; done; fi
      while hear; [ "${line/none/}" == "$line" ]; do :; done
      probe status
      probe apply backend=$backend all
      # In between, those of iptables are half there.
      while hear; [ "${line/restored/}" == "$line" ]; do :; done
      order finish
      probe status
      """)
    let damage = setting.backend == "nft" ? "6 of 9" : "15 of 22"
    #expect(lines.prefix(2) == ["applied", "disturbed, \(damage) are there"])
    // iptables' tables change one after the other.
    #expect(
      lines.filter { !$0.hasSuffix(" are there") } == [
        "applied", "disturbed, none is left, so that nothing new is redirected", "none - 0/?", "restored",
        "finished", "none - 0/?",
      ])
  }

  @Test(arguments: Setting.all)
  func `leaves the rules of the next relay alone`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      probe apply backend=$backend all token=12345678
      kill -KILL $served
      gone $guard
      probe status
      """)
    #expect(lines == ["applied", `Standing rules`.active(setting)])
  }

  @Test(arguments: Setting.all)
  func `is missed when it is gone`(_ setting: Setting) throws {
    let lines = try World.run(
      setting,
      """
      \(Self.start)
      order apply
      kill -KILL $guard
      hear
      order finish
      probe remove
      """)
    #expect(
      lines == [
        "applied", "lost", "error: the process that guards the firewall rules has ended",
        "removed: \(setting.backend)",
      ])
  }

  @Test func `says why it could not set them`() throws {
    let lines = try World.run(
      Setting(caller: .namespaceRoot, backend: "nft"),
      """
      \(Self.start.replacing(" all ", with: " cgroup=no/such/group "))
      order apply | cut -d"'" -f1-3
      kill -KILL $served
      gone $guard
      """)
    #expect(lines == ["error: there is no cgroup 'no/such/group' below "])
  }
}
