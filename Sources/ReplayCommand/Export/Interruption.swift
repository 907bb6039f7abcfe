import Glibc
import Replay

/// What happens when the user, or the system, ends a command that writes files: those that are not whole go first.
enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Watches from now on; to be called once, before other threads are there.
  static func watch() {
    var watched = sigset_t()
    sigemptyset(&watched)
    // A signal that whoever started the command had ignored stays so.
    for signal in signals where !isIgnored(signal) { sigaddset(&watched, signal) }
    pthread_sigmask(SIG_BLOCK, &watched, nil)
    _ = WorkerThread { [watched] in
      var watched = watched
      var signal: Int32 = 0
      guard sigwait(&watched, &signal) == 0 else { return }
      Console.standard.endBars()
      PendingFiles.removeAll { end(by: signal) }
    }
  }

  /// Ends the process as the signal would have.
  private static func end(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
    exit(128 + number)
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
