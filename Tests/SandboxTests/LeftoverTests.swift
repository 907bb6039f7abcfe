import Glibc
import Testing

@Suite struct `Nothing is left behind` {
  /// Processes that carry a mark in their environment: the probe, the launcher, the command and its descendants.
  private struct Mark {
    let name = "WIRETAPE_MARK=\(UInt64.random(in: 0...UInt64.max))"

    var wrapper: [String] { ["env", name] }

    var processes: [Int32] {
      guard let stream = opendir("/proc") else { return [] }
      defer { closedir(stream) }
      var found: [Int32] = []
      while let entry = readdir(stream) {
        let text = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if let pid = Int32(text), Scratch.contents(of: "/proc/\(pid)/environ").contains(name) {
          found.append(pid)
        }
      }
      return found
    }

    /// Waits up to ten seconds for the last to go.
    var isGone: Bool {
      for _ in 0..<2000 {
        if processes.isEmpty { return true }
        poll(nil, 0, 5)
      }
      return false
    }
  }

  /// Leaves behind: a child, a child of init's in a session of its own that ignores SIGTERM, and a stopped one.
  private static let messyScript = """
    sleep 1000 &
    setsid bash -c '(trap "" TERM; while true; do read -t 0.1 <> <(:); done) & exit'
    bash -c 'kill -STOP $$' &
    cat </dev/tcp/198.51.100.7/80 >/dev/null
    """

  @Test(arguments: Caller.available)
  func `by a command whose descendants are terminated`(_ caller: Caller) throws {
    let mark = Mark()
    let result = try ProbeProcess.run(
      caller, ["bash", "-c", Self.messyScript + "; exit 5"], options: ["--grace", "50"], wrapper: mark.wrapper
    )
    #expect(result.remaining.count >= 3)
    #expect(result.remaining.contains("sleep"))
    #expect(result.status == 5)
    #expect(result.notes.last == "all ended")
    #expect(mark.processes == [])
  }

  @Test(arguments: Caller.available)
  func `by a command whose descendants end by themselves`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller, ["bash", "-c", "(sleep 0.2; echo late) & exit 5"])
    #expect(result.output == ["late"])
    #expect(result.status == 5)
    #expect(result.remaining.contains("bash"))
  }

  @Test(arguments: Caller.available)
  func `when a running command is terminated`(_ caller: Caller) throws {
    let mark = Mark()
    let result = try ProbeProcess.run(
      caller, ["bash", "-c", "trap '' TERM; \(Self.messyScript); while true; do read -t 0.1 <> <(:); done"],
      options: ["--terminate", "50"], wrapper: mark.wrapper)
    #expect(result.status == 128 + SIGKILL)
    #expect(mark.processes == [])
  }

  @Test(arguments: Caller.available)
  func `when the relay is killed before the launch, while the command runs, and after it`(_ caller: Caller)
    throws
  {
    let scratch = try Scratch()
    let file = scratch.file("file", "outside")
    for (point, script) in [("started", ""), ("launched", "; exec sleep 1000"), ("ended", "")] {
      let mark = Mark()
      let probe = try ProbeProcess(
        caller,
        ["run", "--pause", point, "--file", "\(file)=inside", "--", "bash", "-c", Self.messyScript + script],
        wrapper: mark.wrapper)
      try #require(probe.note(beginning: "at ") == "at \(point)")
      #expect(mark.processes.count >= 2)
      // A namespace's unshare(1) or env(1) has become the probe: it is this process.
      kill(probe.pid, SIGKILL)
      #expect(mark.isGone, "\(point)")
      #expect(scratch.names == ["file"])
      #expect(!Scratch.contents(of: "/proc/self/mountinfo").contains(scratch.path))
    }
  }

  @Test(arguments: Caller.available)
  func `when the relay is killed at any moment of the start`(_ caller: Caller) throws {
    for moment in stride(from: 0, to: 30_000, by: 1500) {
      let mark = Mark()
      let probe = try ProbeProcess(
        caller, ["run", "--", "bash", "-c", "setsid sleep 1000 & exec sleep 1000"], wrapper: mark.wrapper)
      // The moment is what is tested: no event of the start can be waited for.
      usleep(UInt32(moment))
      kill(probe.pid, SIGKILL)
      #expect(mark.isGone, "after \(moment) microseconds")
    }
  }

  @Test(arguments: Caller.available)
  func `when the launcher is killed, and the relay learns of it`(_ caller: Caller) throws {
    let mark = Mark()
    let probe = try ProbeProcess(
      caller, ["run", "--", "bash", "-c", "setsid sleep 1000 & exec sleep 1000"], wrapper: mark.wrapper)
    let note = try #require(probe.note(beginning: "command "))
    let supervisor = try #require(note.split(separator: " ").last.flatMap { Int32($0) })
    kill(supervisor, SIGKILL)
    let result = probe.finish()
    #expect(result.notes.last == "launcher lost")
    #expect(result.status == 125)
    #expect(mark.isGone)
  }
}
