import Glibc

/// A thread of its own for a test's blocking work: the pools that run the tests have few.
enum TestThread {
  private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  /// Runs the body; the thread is in the namespaces of the one that starts it.
  @discardableResult
  static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(code == 0, "no thread: \(code)")
    return thread
  }

  /// Runs the body on a thread of its own, to its end.
  static func run(_ body: @escaping @Sendable () -> Void) {
    pthread_join(start(body), nil)
  }
}
