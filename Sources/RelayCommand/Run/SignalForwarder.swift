import Dispatch
import Glibc
import Synchronization

/// Passes the signals that the relay gets on to the command, as long as that runs.
///
/// What the terminal sends (Ctrl-C, Ctrl-\) reaches the command by itself, as it is in the same process group; those are
/// taken and dropped, so that the relay outlives the command and can finish the recording.
final class SignalForwarder: Sendable {
  private static let forwarded: Set<Int32> = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGQUIT]

  private let set: sigset_t
  private let commandHasEnded = Atomic<Bool>(false)

  /// Blocks the signals in this thread and all that it starts; must be called before any thread is started.
  ///
  /// Those that the caller ignores, as under nohup, stay ignored.
  init(ignored: Set<Int32>) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Self.forwarded.subtracting(ignored) { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    self.set = set
    // A reader that went away is an error of write(2), not the end of the relay.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Forwards from now on, until the process ends.
  func start(_ forward: @escaping @Sendable (Int32) -> Void) {
    DispatchQueue(label: "signals").async { [self] in
      while true {
        var set = set
        var information = siginfo_t()
        let signal = sigwaitinfo(&set, &information)
        guard signal > 0 else { continue }
        // There is nothing to forward to: whoever signals now has lost patience with the recording's completion,
        // which a reader of the capture that does not read can hold up for ever.
        if commandHasEnded.load(ordering: .relaxed) { _exit(128 + signal) }
        let cameFromTerminal = information.si_code == SI_KERNEL
        if !cameFromTerminal { forward(signal) }
      }
    }
  }

  /// From now on a signal ends the relay at once.
  func stopForwarding() {
    commandHasEnded.store(true, ordering: .relaxed)
  }
}
