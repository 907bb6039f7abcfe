import CommandSupport
import Glibc
import Replay

/// Shows how far reading is, on a terminal and only if it takes longer than a second.
///
/// Signals that end the process come to its thread, so that nothing is drawn after the line was cleared.
enum ProgressThread {
  private static let delayNanoseconds: Int64 = 1_000_000_000
  private static let intervalNanoseconds = 100_000_000

  /// Begins, if standard error is a terminal; goes on as long as the process.
  static func start(_ progress: ReadingProgress, total: UInt64?, _ console: Console) {
    guard isatty(STDERR_FILENO) == 1, !isDumbTerminal else { return }
    var signals = sigset_t()
    sigemptyset(&signals)
    var earlier = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &earlier)
    // Those that are blocked already somebody else waits for.
    for signal in [SIGINT, SIGTERM, SIGHUP] where isDefault(signal) && sigismember(&earlier, signal) == 0 {
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let waited = signals
    let start = monotonicNanoseconds()
    let thread = WorkerThread {
      watch(waited, console) {
        let elapsed = monotonicNanoseconds() - start
        guard elapsed >= delayNanoseconds, isInForeground else { return nil }
        let bar = ProgressBar(byteCount: progress.byteCount, total: total, elapsedNanoseconds: elapsed)
        return bar.text(columns: columns)
      }
    }
    // Without it signals do what they did before.
    if thread == nil { pthread_sigmask(SIG_SETMASK, &earlier, nil) }
  }

  private static func watch(_ signals: sigset_t, _ console: Console, _ bar: () -> String?) {
    var signals = signals
    while true {
      var interval = timespec(tv_sec: 0, tv_nsec: intervalNanoseconds)
      let signal = sigtimedwait(&signals, nil, &interval)
      if signal > 0 {
        console.endBars()
        die(of: signal)
      }
      if let bar = bar() { console.show(bar: bar) }
    }
  }

  /// Ends the process as the signal would have: a shell tells 130 for SIGINT.
  private static func die(of number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    kill(getpid(), number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isDefault(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    return action.__sigaction_handler.sa_handler == nil
  }

  private static var isDumbTerminal: Bool {
    getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
  }

  /// Whether the terminal is this process's to draw on.
  private static var isInForeground: Bool { tcgetpgrp(STDERR_FILENO) == getpgrp() }

  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
