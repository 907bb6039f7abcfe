import Dispatch
import Glibc

/// Passes the signals that the relay gets on to the command.
///
/// What the terminal sends (Ctrl-C, Ctrl-\) reaches the command by itself, as it is in the same process group; those are
/// taken and dropped, so that the relay outlives the command and can finish the recording.
struct SignalForwarder {
  private static let forwarded: Set<Int32> = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGQUIT]

  private var set = sigset_t()

  /// Blocks the signals in this thread and all that it starts; must be called before any thread is started.
  ///
  /// Those that the caller ignores, as under nohup, stay ignored.
  init(ignored: Set<Int32>) {
    sigemptyset(&set)
    for signal in Self.forwarded.subtracting(ignored) { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A reader that went away is an error of write(2), not the end of the relay.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Forwards from now on, until the process ends.
  func start(_ forward: @escaping @Sendable (Int32) -> Void) {
    let set = self.set
    DispatchQueue(label: "signals").async {
      while true {
        var set = set
        var information = siginfo_t()
        let signal = sigwaitinfo(&set, &information)
        let cameFromTerminal = information.si_code == SI_KERNEL
        if signal > 0, !cameFromTerminal { forward(signal) }
      }
    }
  }
}
