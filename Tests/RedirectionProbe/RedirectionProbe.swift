import CLinux
import Glibc
import LinuxSystem
import Redirection

/// What the tests run inside network namespaces: the rules under test, servers, and clients.
///
/// A test itself has threads, and so can neither enter a user namespace nor run the system's tools there.
@main
enum RedirectionProbe {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "serve": EchoServer(name: rest[0]).run(rest.dropFirst().compactMap(SocketSpot.init))
    case "ask": say(Client(rest).answer())
    case "guard": GuardedRelay(ProbeOptions(rest)).run()
    case "apply", "remove", "status", "print": perform(arguments[0], ProbeOptions(rest))
    default:
      say("usage: RedirectionProbe serve|ask|guard|apply|remove|status|print ...")
      exit(64)
    }
  }

  private static func perform(_ task: String, _ options: ProbeOptions) {
    do throws(RulesError) {
      switch task {
      case "apply": try options.rules().apply(guardToken: options.token)
      case "remove":
        let removal = try Rules.remove(options.scope, tools: options.tools)
        say("removed:" + removal.removed.map { " \($0.rawValue)" }.joined())
      case "status":
        let status = try Rules.status(
          comparedWith: options.isCompared ? options.plan : nil, tools: options.tools)
        let counts = "\(status.ruleCount)/\(status.expectedRuleCount.map(String.init) ?? "?")"
        say("\(status.state) \(status.backend?.rawValue ?? "-") \(counts)")
      default: write(try options.rules().script())
      }
    } catch {
      fail(error)
    }
  }

  /// At once, whoever reads.
  static func say(_ line: String) { write("\(line)\n") }

  private static func write(_ text: String) {
    _ = SystemFiles.write(Array(text.utf8), to: STDOUT_FILENO)
  }

  static func fail(_ error: RulesError) -> Never {
    say("error: \(error)")
    if let hint = error.hint { say("hint: \(hint)") }
    exit(2)
  }
}
