import Foundation
import Testing

/// What makes `relay serve` a service: whose it is, what it may do, how it is told and asked.
@Suite(.serialized, .enabled(if: HostWorld.isPossible, "needs root"))
struct `Relay serve as a service` {
  private static let ruled = ["--nameserver", "203.0.113.53", "--with-rules"]
  private let fetch = "curl -sS --http1.1 https://www.wiretape.test/answer.json"

  @Test func `runs as its own user, each thread with what it needs`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    let script = """
      for task in /proc/\(relay.id)/task/*; do
        awk -v ORS=' ' '/^(Uid|CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):/ { $1 = ""; print }' $task/status
        cat $task/comm
      done
      """
    let threads = try host.shell(script).lines
    #expect(threads.count >= 5, "\(threads)")
    for thread in threads {
      // Real, effective and saved user, then the one of file systems.
      let words = thread.split(separator: " ").map(String.init)
      #expect(words.prefix(2) == ["990", "990"], "\(thread)")
      let isLookup = thread.contains("TP-")
      let isLoop = words[3] == "0"
      let capabilities = isLookup ? "0000000000081004" : isLoop ? "0000000000001000" : "0000000000000000"
      #expect(words[4] == capabilities && words[5] == capabilities, "\(thread)")
      #expect(words[6] == "0000000000081004", "\(thread)")
      #expect(words[7...8] == ["1", "2"], "\(thread)")
    }
    #expect(threads.contains { $0.split(separator: " ")[3] == "990" && !$0.contains("TP-") }, "\(threads)")
  }

  @Test func `starts with the capabilities that its unit leaves it`() throws {
    let unit = try String(
      contentsOf: URL(filePath: #filePath).appending(path: "../../../packaging/systemd/wiretape.service")
        .standardized, encoding: .utf8)
    let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("CapabilityBoundingSet=") })
    let names = line.drop { $0 != "=" }.dropFirst().split(separator: " ")
    #expect(names.contains("CAP_NET_ADMIN"))
    let set = names.map { "+" + $0.dropFirst("CAP_".count).lowercased() }.joined(separator: ",")
    let host = try HostWorld()
    let relay = try ServingRelay(
      on: host, Self.ruled, environment: ["setpriv", "--bounding-set", "-all,\(set)"])
    #expect(try host.shell(fetch, as: .alice).stdout.contains("42"))
    #expect(try host.shell("relay status").status == 0)
    #expect(try relay.stop().status == 0)
  }

  @Test func `started as the service user, with capabilities, it gives up as much`() throws {
    let host = try HostWorld()
    let kept = "+net_admin,+sys_ptrace,+dac_read_search"
    let relay = try ServingRelay(
      on: host, Self.ruled,
      environment: [
        "setpriv", "--reuid", "990", "--regid", "990", "--clear-groups", "--inh-caps", kept,
        "--ambient-caps", kept,
      ],
      preparation: "chown wiretape ca.key && install -d -o wiretape -g wiretape /run/wiretape")
    #expect(try host.shell(fetch, as: .alice).stdout.contains("42"))
    let threads = try host.shell(
      "for task in /proc/\(relay.id)/task/*; do awk -v ORS=' ' '/^(CapAmb|CapInh|NoNewPrivs|Seccomp):/ { print $2 }' $task/status; echo; done"
    ).lines
    let none = "0000000000000000"
    #expect(Set(threads) == ["\(none) \(none) 1 2 "], "\(threads)")
    // Nobody can read its memory, not even the user that it runs as; a core dump would be that, too.
    #expect(try host.shell("stat -c %U /proc/\(relay.id)/mem").stdout == "root\n")
    #expect(try relay.stop().status == 0)
    #expect(try relay.sessions().contains { $0["process"]["name"].string == "curl" })
  }

  @Test func `root's own traffic is inspected with --all-users, without a loop`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--all-users"])
    #expect(try host.shell(fetch).stdout.contains("42"))
    #expect(try host.shell(fetch, as: .bob).stdout.contains("42"))
    let log = try relay.stop().stderr
    #expect(!log.contains("redirected back"), "\(log)")
    let users = try relay.sessions().filter { $0["transport"].string == "tcp" }
      .map { $0["process"]["user"].string }
    #expect(users == ["root", "bob"], "\(users)")
  }

  @Test func `every session names who sent it`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    _ = try host.shell("\(fetch) --header 'X-Mark: of alice' && true", as: .alice)
    try relay.stop()
    let session = try #require(try relay.sessions().first { $0["transport"].string == "tcp" })
    let process = session["process"]
    #expect(process["name"].string == "curl", "\(session)")
    #expect(process["uid"].int == 1000)
    #expect(process["user"].string == "alice")
    #expect(process["executable"].string == "/usr/bin/curl")
    #expect((process["pid"].int ?? 0) > 1)
    #expect(process["command_line"].array.map { $0.string }.contains("X-Mark: of alice"), "\(process)")
    let filtered = "cd \(relay.folder)/recordings && replay list --json --process"
    #expect(try host.shell("\(filtered) curl *.pcap").lines.isEmpty == false)
    #expect(try host.shell("\(filtered) wget *.pcap").lines.isEmpty)
  }

  /// Both lead to the same listener, so that connection tracking gives the second another port there.
  @Test func `knows the client of two connections from one port to two servers`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled)
    let client = """
      import socket
      for address in "203.0.113.10", "203.0.113.11":
          globals()[address] = s = socket.socket()
          s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          s.bind(("198.51.100.1", 40000))
          s.connect((address, 80))
          s.sendall(b"GET /answer.json HTTP/1.0\\r\\n\\r\\n")
          print(s.recv(4096).split()[1])
      """
    let output = try host.enter(["python3", "-c", client], as: .alice)
    #expect(output.lines == ["b'200'", "b'200'"], "\(output)")
    try relay.stop()
    let sessions = try relay.sessions().filter { $0["transport"].string == "tcp" }
    #expect(
      sessions.map { $0["client"].string } == ["198.51.100.1:40000", "198.51.100.1:40000"], "\(sessions)")
    #expect(sessions.map { $0["process"]["name"].string } == ["python3", "python3"], "\(sessions)")
  }

  @Test func `answers over its control socket while sessions are live`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--port", "25"])
    let client = try host.start(
      ["bash", "-c", "exec {fd}<>/dev/tcp/203.0.113.40/25; sleep 30"], as: .alice)
    try host.setUp(
      "for i in $(seq 100); do relay status --json | grep -q 203.0.113.40:25 && exit; sleep 0.1; done; exit 1"
    )
    let status = try host.shell("relay status")
    #expect(status.stdout.contains("203.0.113.40:25") && status.stdout.contains("alice"), "\(status)")
    try host.setUp("pkill -f '^sleep 30'")
    _ = client.wait()
    try relay.stop()
    let gone = try host.shell("relay status")
    #expect(gone.status == 2 && gone.stderr.contains("relay: hint:"), "\(gone)")
  }

  @Test func `shows metrics where it is told to`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(on: host, Self.ruled + ["--metrics", "127.0.0.1:9099"])
    _ = try host.shell(fetch, as: .alice)
    let metrics = try host.shell("curl -sS http://127.0.0.1:9099/metrics")
    #expect(metrics.lines.contains("wiretape_sessions_opened_total{transport=\"tcp\"} 1"), "\(metrics)")
    try relay.stop()
  }

  @Test func `follows a reload, and names what needs a restart`() throws {
    let host = try HostWorld()
    let relay = try ServingRelay(
      on: host, ["--config", "relay.yaml"],
      preparation:
        "echo 'nameservers: [203.0.113.53]' >relay.yaml && printf 'rules:\\n  apply: true\\n' >>relay.yaml")
    let issuer = "curl -sS https://www.wiretape.test/ -o /dev/null -w '%{certs}' | grep '^Serial' | head -1"
    let minted = try host.shell(issuer, as: .alice).stdout
    try host.setUp(
      """
      cd \(relay.folder)
      echo 'bypass: [www.wiretape.test]' >>relay.yaml
      echo 'tcp_port: 50000' >>relay.yaml
      kill -HUP \(relay.id)
      for i in $(seq 50); do grep -q reloaded log && exit; sleep 0.1; done; exit 1
      """)
    let own = try host.shell(issuer, as: .alice).stdout
    #expect(!own.isEmpty && own != minted, "the session is still intercepted")
    let log = try relay.stop().stderr
    #expect(log.contains("'tcp_port' changes only when the service is restarted"), "\(log)")
    #expect(
      try relay.sessions().contains { $0["bypassed"]["kind"].string == "requested" || !$0["bypass"].isNull })
  }

  @Test func `relays unread what a constrained CA may not sign for`() throws {
    let host = try HostWorld()
    try host.setUp("relay ca init --user wiretape --permit example.org && relay ca install --user wiretape")
    let relay = try ServingRelay(on: host, Self.ruled, hasOwnAuthority: false)
    #expect(try host.shell(fetch, as: .alice).stdout.contains("42"))
    try relay.stop()
    let session = try #require(try relay.sessions().first { $0["transport"].string == "tcp" })
    #expect("\(session)".contains("not permitted to sign"), "\(session)")
  }

  @Test
  func `says what is missing where a client does not trust the CA, and makes none for a start that fails`()
    throws
  {
    let host = try HostWorld()
    #expect(try host.shell("relay serve -w /nope/recordings").status == 2)
    #expect(try host.shell("relay ca show --user wiretape").status == 2)
    let relay = try ServingRelay(on: host, Self.ruled, hasOwnAuthority: false)
    for _ in 1...3 { #expect(try host.shell(fetch, as: .alice).status == 60) }
    // Here it is the server's certificate that does not stand.
    #expect(try host.shell("curl -sS https://self-signed.wiretape.test/", as: .alice).status == 60)
    let log = try relay.stop().stderr
    let lines = log.split(separator: "\n").filter {
      $0.contains("'relay ca install' has the system trust it")
    }
    #expect(lines.count == 1 && lines[0].contains("process=curl"), "\(log)")
  }

  @Test func `tells systemd that it is ready, and that it ends`() throws {
    let host = try HostWorld()
    try host.setUp(
      """
      cd /run/world/home && cat >notified.py <<'PY'
      import socket
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("/run/world/home/notify"); import os; os.chmod("/run/world/home/notify", 0o777)
      s.settimeout(60)
      with open("/run/world/home/notified", "wb", buffering=0) as out:
          while True: out.write(s.recv(4096) + b"\\n")
      PY
      python3 notified.py >&- 2>&- </dev/null &
      for i in $(seq 50); do [ -S notify ] && exit; sleep 0.1; done; exit 1
      """)
    let relay = try ServingRelay(
      on: host, Self.ruled, environment: ["NOTIFY_SOCKET=/run/world/home/notify", "WATCHDOG_USEC=400000"])
    try host.setUp(
      "for i in $(seq 50); do grep -q WATCHDOG=1 /run/world/home/notified && exit; sleep 0.1; done; exit 1")
    try relay.stop()
    let told = try host.shell("cat /run/world/home/notified").stdout
    #expect(told.contains("READY=1") && told.contains("STOPPING=1"), "\(told)")
  }
}
