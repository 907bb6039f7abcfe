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
  @Test(arguments: User.allCases) func `kill -9 of the relay leaves a readable recording and nothing else`(
    user: User
  ) throws {
    let script = """
      relay run -q -w r.pcap -- sh -c 'curl -sS --http1.1 https://www.wiretape.test/answer.json; echo; exec sleep 4242' \
        >out 2>&1 & relay=$!
      for i in $(seq 100); do grep -q answer out && break; sleep 0.1; done
      sleep 1.2
      kill -KILL $relay; wait $relay 2>/dev/null
      for i in $(seq 50); do pgrep -f 'sleep 424[2]' >/dev/null || break; sleep 0.1; done
      echo left: $(pgrep -f 'sleep 424[2]|__sandbo[x]' | wc -l)
      tshark -n -r r.pcap -Y http.response -T fields -e http.response.code
      replay show r.pcap | grep -c answer.json
      """
    let output = try inNewFolder(script, as: user)
    #expect(output.lines == ["left: 0", "200", "1"], "\(output)")
  }

  @Test func `nothing is left after an ordinary end`() throws {
    let script = """
      count() { ls -l /proc/[0-9]*/ns/net /proc/[0-9]*/ns/mnt 2>/dev/null | awk '{print $NF}' | sort -u | wc -l; }
      before=$(count); mounts=$(wc -l </proc/self/mountinfo)
      relay run -q --no-record -- curl -sS -o page https://www.wiretape.test/ || exit
      [ $(count) = $before ] && [ $(wc -l </proc/self/mountinfo) = $mounts ] && cat page
      """
    let output = try inNewFolder(script)
    #expect(output.stdout.contains("Hello from an origin"), "\(output)")
  }

  private func inNewFolder(_ script: String, as user: User = .ordinary) throws -> Output {
    try World.shared().shell("cd $(mktemp -d /run/world/home/XXXXXX) && \(script)", as: user)
  }
}
