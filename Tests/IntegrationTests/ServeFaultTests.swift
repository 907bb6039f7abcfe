import Testing

/// Everything that docs/SERVE.md promises for the day when something fails, on a real service with its own rules.
@Suite(.serialized, .enabled(if: HostWorld.isPossible, "needs root"))
struct `Relay serve when something fails` {
  private static let nameserver = ["--nameserver", "203.0.113.53"]
  private static let ruled = nameserver + ["--with-rules"]
  private let fetch = "curl -4 -sS --max-time 20 http://www.wiretape.test/text.txt"

  @Test func `rules that lead its own connections back end in one line, and in no loop`() throws {
    let host = try HostWorld()
    try host.setUp(
      "iptables -t nat -A OUTPUT -p tcp -d 203.0.113.0/24 --dport 80 -j REDIRECT --to-port 51080")
    let relay = try ServingRelay(on: host)
    let descriptors = try relay.openDescriptors()
    for _ in 1...20 {
      #expect(try host.shell(fetch, as: .alice).status != 0)
    }
    #expect(try relay.openDescriptors() <= descriptors + 8)
    try host.setUp(
      """
      iptables -t nat -F OUTPUT
      iptables -t nat -A OUTPUT -p tcp -d 203.0.113.0/24 --dport 80 -m mark ! --mark 0x5754 -j REDIRECT --to-port 51080
      """)
    #expect(try host.shell(fetch, as: .alice).status == 0)
    let log = try relay.stop().stderr
    let lines = log.split(separator: "\n").filter { $0.contains("a rule redirected back to it") }
    #expect(lines.count == 1, "\(log)")
    #expect(lines.first?.contains("exempt mark 0x5754") == true, "\(log)")
  }

  @Test func `a connection that no rule redirected is closed with one line`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host)
    let knock = "for i in $(seq 50); do curl -s --max-time 5 http://127.0.0.1:51080/; echo $?; done | sort -u"
    // An empty reply, or a reset: the request may still be unread.
    let ends = Set(try host.shell(knock, as: .alice).lines)
    #expect(!ends.isEmpty && ends.isSubset(of: ["52", "56"]), "\(ends)")
    let log = try relay.stop().stderr
    #expect(log.split(separator: "\n").filter { $0.contains("was not redirected here") }.count == 1, "\(log)")
  }

  @Test func `without the right to mark its connections it refuses to start`() throws {
    let host = try HostWorld()
    let output = try host.shell("relay serve --no-with-rules --control none", as: .alice)
    #expect(output.status == 2)
    #expect(output.stderr.contains("cannot mark its own connections with 0x5754"), "\(output)")
  }

  @Test func `what cannot start leaves nothing behind`() throws {
    let host = try HostWorld()
    try host.setUp(
      """
      cd /run/world/home && install -d -o wiretape -g wiretape -m 700 recordings
      install -m 600 /run/world/certificates/authority.key ca.key
      """)
    let serve =
      "cd /run/world/home && relay serve --ca-cert /run/world/certificates/authority.pem --ca-key ca.key"
    // Where its threads run already, and where a second socket cannot be made.
    for options in [
      "--with-rules --cgroup /nowhere -w recordings", "--metrics /etc/passwd", "-w /nowhere/a/b",
    ] {
      let output = try host.shell("\(serve) \(options)")
      #expect(output.status == 2 && output.stderr.contains("relay: error:"), "\(output)")
      #expect(try host.shell("ls /run/wiretape").stdout == "", "\(options)")
    }
    let complete = try host.shell("cd /run/world/home/recordings && replay list *.pcap")
    #expect(complete.status == 0, "\(complete)")
    let gone = "for i in $(seq 100); do pgrep relay-guard >&- || exit 0; sleep 0.1; done; exit 1"
    #expect(try host.shell(gone).status == 0)
  }

  @Test func `a storm of SIGHUP does not hold up SIGTERM`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    let storm = try host.start(["bash", "-c", "while kill -HUP \(relay.id) 2>&-; do :; done"], as: .root)
    try host.setUp(
      "for i in $(seq 100); do grep -q reloaded \(relay.folder)/log && exit; sleep 0.1; done; exit 1")
    #expect(try relay.stop().status == 0)
    _ = storm.wait()
  }

  @Test func `a disk that does not answer is told of, and does not keep it from ending`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    // Holds the recorder's thread, by ptrace(2), as a disk would.
    let hold = """
      import ctypes, os, time
      call = ctypes.CDLL(None).ptrace
      call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
      tasks = [int(task) for task in os.listdir('/proc/\(relay.id)/task')]
      name = lambda task: open(f'/proc/\(relay.id)/task/{task}/comm').read()
      thread = [task for task in tasks if task != \(relay.id) and name(task) == 'relay\\n'][0]
      PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
      call(PTRACE_SEIZE, thread, None, None)
      call(PTRACE_INTERRUPT, thread, None, None)
      while not os.path.exists('\(relay.folder)/enough'): time.sleep(0.1)
      """
    let holder = try host.start(["python3", "-c", hold], as: .root)
    let clients = try host.start(
      [
        "bash", "-c",
        "for i in $(seq 16); do curl -4 -s --max-time 30 http://www.wiretape.test/1M.bin -o /dev/null & done; wait",
      ], as: .alice)
    try host.setUp(
      "for i in $(seq 200); do grep -q 'does not keep up' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    #expect(try host.shell("relay status").status == 0)
    let output = try relay.end(
      by: """
        kill -TERM \(relay.id)
        for i in $(seq 100); do grep -q 'not written yet is lost' \(relay.folder)/log && break; sleep 0.1; done
        touch \(relay.folder)/enough
        """)
    #expect(output.status == 2 && output.stderr.contains("not written yet is lost"), "\(output)")
    #expect(holder.wait() == 0)
    _ = clients.wait()
    let gone = "for i in $(seq 50); do relay rules status >&-; [ $? = 1 ] && exit; sleep 0.1; done; exit 9"
    #expect(try host.shell(gone).status == 0)
  }

  @Test func `SIGTERM in mid-transfer ends within five seconds, and keeps what was recorded`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    // More than the sockets on its way could hold.
    let made = try host.shellOnServers("head -c 60000000 /dev/zero >/run/world/www/60M.bin")
    try #require(made.status == 0, "\(made)")
    let slow = "curl -4 -s --limit-rate 20k http://www.wiretape.test/60M.bin -o /run/world/home/partial"
    let client = try host.start(["bash", "-c", slow], as: .alice)
    try host.setUp("for i in $(seq 100); do [ -s /run/world/home/partial ] && exit; sleep 0.1; done; exit 1")
    let ended = try host.shell(
      "kill -TERM \(relay.id); for i in $(seq 50); do kill -0 \(relay.id) 2>&- || exit 0; sleep 0.1; done; exit 1"
    )
    #expect(ended.status == 0, "still there after five seconds")
    // It would sleep on for its rate's sake before it noticed.
    try host.setUp("pkill -x curl")
    _ = client.wait()
    let output = try relay.end(by: ":")
    #expect(output.status == 0, "\(output)")
    let list = try relay.sessions().filter { $0["server"].string == "203.0.113.10:80" }
    #expect(list.first?["cause"].string == "relay_stopped", "\(list) \(output)")
    #expect((list.first?["server_bytes"].int ?? 0) > 10_000, "\(list)")
    #expect(try host.shell("relay rules status").status == 1, "rules are left behind")
  }

  @Test(arguments: ["nft", "iptables"])
  func `SIGTERM lets a transfer end that can in time, and redirects nothing new`(backend: String) throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--backend", backend])
    let client = try host.start(
      [
        "bash", "-c",
        "curl -4 -sS --limit-rate 400k http://www.wiretape.test/1M.bin -o /run/world/home/whole",
      ], as: .alice)
    try host.setUp("for i in $(seq 100); do [ -s /run/world/home/whole ] && exit; sleep 0.02; done; exit 1")
    try host.setUp("kill -TERM \(relay.id)")
    #expect(try host.shell(fetch, as: .bob).status == 0)
    #expect(client.wait() == 0)
    #expect(try host.shell("cmp /run/world/home/whole /run/world/www/1M.bin").status == 0)
    #expect(try relay.end(by: ":").status == 0)
  }

  @Test func `killed, it leaves no rules behind, and a recording that can be read`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    #expect(try host.shell(fetch, as: .alice).status == 0)
    try host.setUp("sleep 1.5")
    _ = try relay.end(by: "kill -KILL \(relay.id)")
    let gone = "for i in $(seq 50); do relay rules status >&-; [ $? = 1 ] && exit; sleep 0.1; done; exit 9"
    #expect(try host.shell(gone).status == 0)
    #expect(try host.shell(fetch, as: .alice).status == 0)
    let read = try host.shell("cd \(relay.folder)/recordings && replay exchanges *.pcap")
    #expect(read.stdout.contains("\"status\":200"), "\(read)")
    #expect(read.stderr.contains("cut off") && read.status == 2, "\(read)")
  }

  @Test func `rules that somebody removes are missed in one line, and not set again`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    try host.setUp("nft delete table inet wiretape")
    try host.setUp(
      "for i in $(seq 150); do grep -q 'changed the redirect rules' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    #expect(try host.shell("nft list tables").stdout.contains("wiretape") == false)
    #expect(try relay.stop().status == 0)
  }

  @Test func `a full disk ends the recording, not the traffic, and it goes on when there is room`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(
      on: host, Self.ruled,
      preparation: """
        mount -t tmpfs -o size=512k,mode=700,uid=990 small recordings
        """)
    let large = "curl -sS http://www.wiretape.test/1M.bin | sha256sum"
    let expected = try host.shell("sha256sum </run/world/www/1M.bin").stdout
    for _ in 1...2 { #expect(try host.shell(large, as: .alice).stdout == expected) }
    try host.setUp(
      "for i in $(seq 100); do grep -q 'recording failed' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    try host.setUp("mount -o remount,size=64m \(relay.folder)/recordings")
    try host.setUp(
      "for i in $(seq 350); do grep -q 'recording goes on' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    #expect(try host.shell(fetch, as: .alice).status == 0)
    #expect(try relay.stop().status == 0)
    let files = try host.shell(
      "cd \(relay.folder)/recordings && for f in *.pcap; do replay exchanges $f; done")
    #expect(files.lines.contains { $0.contains("/text.txt") }, "\(files)")
  }

  @Test func `a recording directory that vanishes is missed, and traffic passes`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    #expect(try host.shell(fetch, as: .alice).status == 0)
    try host.setUp("rm -rf \(relay.folder)/recordings")
    try host.setUp(
      "for i in $(seq 100); do grep -q 'recording failed' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    #expect(try host.shell(fetch, as: .alice).status == 0)
    #expect(try relay.stop().status == 0)
  }

  @Test func `with --on-record-failure stop it ends rather than let traffic pass unrecorded`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--on-record-failure", "stop"])
    let output = try relay.end(
      by:
        "rm -rf \(relay.folder)/recordings; for i in $(seq 100); do kill -0 \(relay.id) 2>&- || exit; sleep 0.1; done"
    )
    #expect(output.status == 2, "\(output)")
    #expect(try host.shell("relay rules status").status == 1, "rules are left behind")
  }

  @Test func `short of descriptors, connections wait and go on as others end`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--max-sessions", "8", "--port", "25"])
    // Eight that stay, and twelve behind them.
    let hold = try host.start(
      ["bash", "-c", "for i in $(seq 8); do exec {fd}<>/dev/tcp/203.0.113.40/25; done; sleep 2"], as: .alice)
    try host.setUp(
      "for i in $(seq 50); do relay status --json | grep -q '\"paused\":true' && exit; sleep 0.1; done; exit 1"
    )
    let others = try host.shell(
      "for i in $(seq 12); do \(fetch) -o /dev/null -w '%{http_code}\\n' & done; wait", as: .bob)
    #expect(hold.wait() == 0)
    #expect(others.lines == Array(repeating: "200", count: 12), "\(others)")
    let log = try relay.stop().stderr
    #expect(log.split(separator: "\n").filter { $0.contains("accepting is paused") }.count == 1, "\(log)")
  }

  @Test func `settings that cannot be read at a reload change nothing`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(
      on: host, Self.ruled + ["--config", "relay.yaml"], preparation: "echo 'bypass: [a.example]' >relay.yaml"
    )
    try host.setUp("chmod 600 \(relay.folder)/relay.yaml && kill -HUP \(relay.id)")
    try host.setUp(
      "for i in $(seq 50); do grep -q 'left as they were' \(relay.folder)/log && exit; sleep 0.1; done; exit 1"
    )
    #expect(try host.shell(fetch, as: .alice).status == 0)
    let log = try relay.stop().stderr
    #expect(log.contains("relay.yaml"), "\(log)")
  }

  @Test func `a nameserver that is dead gets the client SERVFAIL, not silence`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(
      on: host,
      ["--nameserver", "203.0.113.30", "--dns-timeout", "200ms", "--dns-attempts", "2", "--with-rules"])
    let output = try host.shell("dig +time=8 +tries=1 www.wiretape.test", as: .alice)
    #expect(output.stdout.contains("status: SERVFAIL"), "\(output)")
    try relay.stop()
  }

  @Test func `a server that resets in mid-body resets the client there, and no other session is touched`()
    throws
  {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    let other = try host.start(
      [
        "bash", "-c",
        "curl -sS --limit-rate 500k http://www.wiretape.test/1M.bin | cmp - /run/world/www/1M.bin",
      ],
      as: .bob)
    let output = try host.shell("curl -s http://reset.wiretape.test/ -o /dev/null; echo $?", as: .alice)
    #expect(output.stdout == "56\n", "\(output)")
    let refused = try host.shell("curl -s http://refused.wiretape.test/; echo $?", as: .alice)
    #expect(["7\n", "56\n"].contains(refused.stdout), "\(refused)")
    #expect(other.wait() == 0)
    try relay.stop()
    let ends = try relay.sessions().filter { $0["server"].string == "203.0.113.31:80" }.map {
      $0["end"].string
    }
    #expect(ends == ["reset"], "\(ends)")
  }
}
