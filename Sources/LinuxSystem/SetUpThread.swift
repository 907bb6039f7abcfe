import Glibc

/// A thread that runs one closure, for what is set up per thread and passed on to the threads that it starts.
package enum SetUpThread {
  /// Runs `body` on a new thread, and waits for it.
  package static func run<Result>(_ body: @escaping () throws -> Result) throws -> Result {
    let work = Work(body)
    var thread = pthread_t()
    // The caller's reference outlives the thread, which is joined.
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<AnyWork>.fromOpaque(context).takeUnretainedValue().run()
        return nil
      }, Unmanaged<AnyWork>.passUnretained(work).toOpaque())
    guard status == 0 else { throw SystemCallFailure("pthread_create", code: status) }
    pthread_join(thread, nil)
    return try work.take()
  }

  private class AnyWork {
    func run() {}
  }

  private final class Work<Result>: AnyWork {
    private let body: () throws -> Result
    private var outcome: Swift.Result<Result, any Error>?

    init(_ body: @escaping () throws -> Result) {
      self.body = body
    }

    override func run() {
      outcome = Swift.Result(catching: body)
    }

    func take() throws -> Result {
      guard let outcome else { preconditionFailure("a thread that was joined has run") }
      return try outcome.get()
    }
  }
}
