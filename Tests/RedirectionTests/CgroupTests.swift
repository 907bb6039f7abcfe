import Testing

@Suite struct `A cgroup's traffic` {
  /// Only where cgroups of version 2 can be made.
  @Test(arguments: ["nft", "iptables"])
  func `is selected by its path`(_ backend: String) throws {
    guard Caller.available.contains(.root) else { return }
    let lines = try World.run(
      Setting(caller: .root, backend: backend),
      #"""
      root=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
      name=wiretape-test-$$
      { [ "$root" ] && mkdir -p $root/$name/'inner\x2d.slice'; } 2>/dev/null || { echo absent; exit; }
      probe apply backend=$backend cgroup=/$name quic
      probe status compared cgroup=$name quic | cut -d' ' -f1-2
      ask tcp/198.51.100.7/80
      inside() { (echo $BASHPID >$root/$name/$1/cgroup.procs && ask tcp/198.51.100.7/80); }
      inside .
      inside 'inner\x2d.slice'
      probe apply backend=$backend cgroup=$name/none | cut -d"'" -f1
      probe apply backend=$backend cgroup="$name/inner\x2d.slice" quic
      probe status compared cgroup="$name/inner\x2d.slice" quic | cut -d' ' -f1-2
      inside .
      inside 'inner\x2d.slice'
      probe remove
      rmdir $root/$name/'inner\x2d.slice' $root/$name
      """#)
    let free = "tcp/198.51.100.7/80: world 198.51.100.7:80"
    let taken = "tcp/198.51.100.7/80: relay 198.51.100.7:80"
    let expected = [
      "active \(backend)", free, taken, taken, "error: there is no cgroup ",
      "hint: a cgroup must exist before it is selected; ", "active \(backend)", free, taken,
      "removed: \(backend)",
    ]
    #expect(lines == expected || lines == ["absent"])
  }
}
