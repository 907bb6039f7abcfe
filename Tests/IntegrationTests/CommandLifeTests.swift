import Testing

@Suite struct `The life of a command` {
  struct StatusCase: CustomTestStringConvertible {
    var command: [String]
    var status: Int32
    var testDescription: String { "\(command.joined(separator: " ")): \(status)" }
  }

  static let statuses = [
    StatusCase(command: ["true"], status: 0),
    StatusCase(command: ["sh", "-c", "exit 7"], status: 7),
    StatusCase(command: ["sh", "-c", "kill -TERM $$"], status: 143),
    StatusCase(command: ["no-such-command"], status: 127),
    StatusCase(command: ["/etc/passwd"], status: 126),
  ]

  @Test func `goes on when the relay may open no more files`() throws {
    let client = """
      import socket
      peers = []
      for _ in range(40):
          try:
              peers.append(socket.create_connection(("203.0.113.33", 9), timeout=10))
          except OSError:
              pass
      """
    let script = "ulimit -n 44; relay run --no-record -- /usr/bin/python3 -c '\(client)'; echo $?"
    let output = try World.shared().shell(script)
    #expect(output.lines == ["0"], "\(output)")
  }

  @Test(arguments: statuses, User.allCases)
  func `its exit status is the relay's`(status: StatusCase, user: User) throws {
    let recorded = try Recorded(status.command, as: user)
    #expect(recorded.output.status == status.status, "\(recorded.output)")
  }

  @Test func `its input and output are its own`() throws {
    let world = try World.shared()
    let output = try world.enter(
      ["relay", "run", "-q", "--no-record", "--", "sh", "-c", "cat; echo complaint >&2"], as: .ordinary,
      input: "from the caller")
    #expect(output == Output(status: 0, stdout: "from the caller", stderr: "complaint\n"))
  }

  @Test func `what it leaves behind is ended, and the relay ends`() throws {
    let recorded = try Recorded(script: "sleep 31337 & exit 3", options: ["--linger", "0.2"], seconds: 20)
    #expect(recorded.output.status == 3, "\(recorded.output)")
    let left = try recorded.shell("pgrep -f 'sleep 3133[7]'")
    #expect(left.stdout.isEmpty, "\(left)")
  }

  @Test func `signals reach it`() throws {
    let script = """
      relay run -q --no-record -- sh -c 'trap "echo got it; exit 5" USR1; echo ready; while :; do sleep 0.1; done' \
        >out & relay=$!
      until grep -q ready out; do sleep 0.05; done
      kill -USR1 $relay; wait $relay; echo $?; cat out
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["5", "ready", "got it"], "\(output)")
  }

  /// The relay dies at once; what it had written by then is readable, and nothing is left.
  @Test(arguments: User.allCases)
  func `kill -9 of the relay leaves a readable recording and nothing else`(user: User) throws {
    let script = """
      cat >command <<'END'
      echo $$ $PPID >ids
      curl -sS --http1.1 https://www.wiretape.test/answer.json
      touch fetched
      exec sleep 4242
      END
      relay run -q -w r.pcap -- sh ./command >out 2>&1 & relay=$!
      for i in $(seq 200); do [ -e fetched ] && break; sleep 0.1; done
      sleep 1.2
      kill -KILL $relay; wait $relay 2>/dev/null
      for id in $(cat ids); do
        for i in $(seq 100); do kill -0 $id 2>/dev/null || { echo gone; break; }; sleep 0.1; done
      done
      tshark -n -r r.pcap -Y http.response -T fields -e http.response.code
      replay show r.pcap | grep -c answer.json
      """
    let output = try inNewFolder(script, as: user)
    #expect(output.lines == ["gone", "gone", "200", "1"], "\(output)")
  }

  @Test func `no namespace and no mount is left after an ordinary end`() throws {
    let script = """
      spaces() { readlink /proc/$1/ns/net /proc/$1/ns/mnt; }
      mounts=$(grep -v small- /proc/self/mountinfo | wc -l)
      relay run -q --no-record -- sh -c "readlink /proc/self/ns/net /proc/self/ns/mnt >spaces" || exit
      [ "$(grep -v small- /proc/self/mountinfo | wc -l)" = $mounts ] && echo no mount
      for id in /proc/[0-9]*; do spaces ${id#/proc/} 2>/dev/null; done | grep -cxFf spaces
      wc -l <spaces
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["no mount", "0", "2"], "\(output)")
  }

  @Test func `a reader of the capture that does not read cannot keep the relay from ending`() throws {
    let script = """
      mkfifo pipe; sleep 50 <pipe & reader=$!
      urls=$(for i in $(seq 40); do printf -- '-o /dev/null http://www.wiretape.test/1M.bin '; done)
      relay run -w - -- curl -sS $urls >pipe & relay=$!
      for i in $(seq 40); do sleep 0.25; kill -TERM $relay 2>/dev/null || break; done
      wait $relay; echo "ended with $?"; kill $reader && echo "while the reader was there"
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["ended with 143", "while the reader was there"], "\(output)")
    #expect(!output.stderr.contains("relay: error"), "\(output)")
  }

  private func inNewFolder(_ script: String, as user: User = .ordinary) throws -> Output {
    try World.shared().shell("cd $(mktemp -d /run/world/home/XXXXXX) || exit\n\(script)", as: user)
  }
}
