import Glibc
import LinuxSystem
import Redirection

/// A relay that does nothing but have guarded rules.
///
/// It prints what happens, and takes one order a line: `apply`, `finish`, `end`.
struct GuardedRelay {
  private let options: ProbeOptions

  init(_ options: ProbeOptions) {
    self.options = options
  }

  func run() -> Never {
    do throws(RulesError) {
      let rulesGuard = try RulesGuard.start(try options.rules(), interval: options.interval)
      RedirectionProbe.say("guard \(rulesGuard.pid)")
      follow(rulesGuard)
    } catch {
      RedirectionProbe.fail(error)
    }
  }

  private func follow(_ rulesGuard: RulesGuard) -> Never {
    var descriptors = [STDIN_FILENO, rulesGuard.eventDescriptor]
    while true {
      var sources = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&sources, nfds_t(sources.count), -1)
      if sources.count > 1, sources[1].revents != 0, let event = rulesGuard.nextEvent() {
        switch event {
        case .disturbed(let text): RedirectionProbe.say("disturbed, \(text)")
        case .restored: RedirectionProbe.say("restored")
        case .lost:
          RedirectionProbe.say("lost")
          descriptors.removeLast()
        }
      }
      if sources[0].revents != 0 { obey(rulesGuard, &descriptors) }
    }
  }

  private func obey(_ rulesGuard: RulesGuard, _ descriptors: inout [Int32]) {
    do throws(RulesError) {
      switch readLine() {
      case "apply":
        try rulesGuard.apply()
        RedirectionProbe.say("applied")
      case "release":
        try rulesGuard.release()
        RedirectionProbe.say("released")
      case "finish":
        descriptors = [STDIN_FILENO]
        try rulesGuard.finish()
        RedirectionProbe.say("finished")
      default: exit(0)
      }
    } catch {
      RedirectionProbe.say("error: \(error)")
    }
  }
}
