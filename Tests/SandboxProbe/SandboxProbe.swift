import Glibc
import LinuxSystem
import Sandbox

/// The sandbox's caller and launcher for tests: a test bundle cannot be executed a second time, and the tests need
/// callers of other users.
@main
enum SandboxProbe {
  static func main() {
    SandboxLauncher.runIfRequested()
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "run":
      run(Array(arguments.dropFirst()))
    case "doctor":
      for check in Doctor.checks(tools: ToolSearch(directories: Array(arguments.dropFirst()))) {
        print("\(check.isOK ? "ok" : "FAIL") \(check.name): \(check.detail); \(check.fix ?? "")")
      }
    default:
      print("usage: SandboxProbe run [OPTION VALUE]... -- COMMAND | doctor DIRECTORY...")
      exit(64)
    }
  }

  private static func run(_ arguments: [String]) {
    let options = ProbeOptions(arguments)
    // The terminal's Ctrl-C is for the command.
    signal(SIGINT, SIG_IGN)
    do throws(SandboxError) {
      let sandbox = try RunningSandbox.start(options.plan)
      options.pause(at: "started")
      if options.showsTimes { note("\(sandbox.startupTimes)") }
      guard let sockets = sandbox.takeSockets() else { return }
      let relay = EchoRelay(sockets, supervisorPID: sandbox.supervisorPID)
      let pid = try sandbox.launchCommand()
      note("command \(pid) supervisor \(sandbox.supervisorPID)")
      options.pause(at: "launched")
      follow(sandbox, relay, options)
    } catch {
      note("error: \(error)")
      if let hint = error.hint { note("hint: \(hint)") }
      exit(error.exitStatus)
    }
  }

  /// Serves the sockets until nothing runs in the sandbox any more; ends as the command did.
  private static func follow(_ sandbox: RunningSandbox, _ relay: EchoRelay, _ options: ProbeOptions) {
    var status: Int32 = 125
    var isFirst = true
    while true {
      guard relay.serve(until: sandbox.eventDescriptor) else {
        if isFirst, let signal = options.signal { sandbox.send(signal: signal) }
        if isFirst, let grace = options.terminationGrace {
          sandbox.terminateRemaining(graceMilliseconds: grace)
        }
        isFirst = false
        continue
      }
      switch sandbox.nextEvent() {
      case .commandEnded(let waitStatus, let remaining):
        status = waitStatus.exitStatus
        note("ended \(waitStatus) remaining \(remaining.map(\.name).joined(separator: ","))")
        options.pause(at: "ended")
        if let grace = options.grace { sandbox.terminateRemaining(graceMilliseconds: grace) }
      case .ended:
        if options.showsTimes {
          let times = relay.searchTimes.sorted()
          note("\(times.count) searches, median \(times.isEmpty ? 0 : times[times.count / 2]) ns")
        }
        note("all ended")
        exit(status)
      case .launcherLost:
        note("launcher lost")
        exit(125)
      }
    }
  }

  static func note(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
