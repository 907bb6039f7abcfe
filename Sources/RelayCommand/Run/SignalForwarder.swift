import Glibc

/// Passes the signals that the relay gets on to the command.
///
/// What the terminal sends (Ctrl-C, Ctrl-\) reaches the command by itself, as it is in the same process group; those are
/// taken and dropped, so that the relay outlives the command and can finish the recording.
struct SignalForwarder {
  private static let forwarded = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGQUIT]

  /// The signals that the caller chose to ignore, as `nohup` does, and that stay ignored for the command too.
  let ignored: Set<Int32>
  private var set = sigset_t()

  /// Blocks the signals in this thread and all that it starts; must be called before any thread is started.
  init() {
    var ignored: Set<Int32> = []
    for signal in Self.forwarded {
      var action = sigaction()
      sigaction(signal, nil, &action)
      if action.__sigaction_handler.sa_handler == SIG_IGN { ignored.insert(signal) }
    }
    self.ignored = ignored
    sigemptyset(&set)
    for signal in Self.forwarded where !ignored.contains(signal) { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A reader that went away is an error of write(2), not the end of the relay.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Forwards from now on, until the process ends.
  func start(_ forward: @escaping @Sendable (Int32) -> Void) {
    let set = self.set
    Thread.detach {
      while true {
        var set = set
        var information = siginfo_t()
        let signal = sigwaitinfo(&set, &information)
        let fromTerminal = information.si_code == SI_KERNEL
        if signal > 0, !fromTerminal { forward(signal) }
      }
    }
  }
}
