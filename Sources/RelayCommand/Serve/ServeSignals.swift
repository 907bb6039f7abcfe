import Glibc

/// The signals that a service is told what to do by, taken one after the other by the main thread.
struct ServeSignals {
  enum Order: Hashable {
    case reload
    case end
  }

  private var set = sigset_t()

  /// Blocks the signals in this thread and all that it starts; must be called before any thread is started.
  init() {
    sigemptyset(&set)
    for signal in [SIGHUP, SIGTERM, SIGINT] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A reader that went away is an error of write(2), not the end of the service.
    signal(SIGPIPE, SIG_IGN)
  }

  /// The next order, or nil after this many seconds; an end comes before any number of reloads.
  mutating func next(within seconds: Int) -> Order? {
    var limit = timespec(tv_sec: seconds, tv_nsec: 0)
    switch sigtimedwait(&set, nil, &limit) {
    case SIGHUP: return isEndPending ? .end : .reload
    case SIGTERM, SIGINT: return .end
    default: return nil
    }
  }

  /// The kernel gives the lowest number first, which is SIGHUP.
  private var isEndPending: Bool {
    var pending = sigset_t()
    sigemptyset(&pending)
    sigpending(&pending)
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1
  }
}
