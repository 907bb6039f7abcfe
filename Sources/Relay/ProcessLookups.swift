import Dispatch
import NIOCore
import NIOPosix
import Synchronization

/// The thread on which the processes behind sessions are looked up, which must not hold up an event loop.
///
/// It starts at once, with the privileges of its maker; those of the event loops can be fewer.
public final class ProcessLookups: Sendable {
  private let pool = NIOThreadPool(numberOfThreads: 1)

  public init() {
    pool.start()
  }

  /// Runs `body` on the thread, once what waits there is done, and waits for it.
  ///
  /// Not to be called on an event loop.
  public func confine(_ body: @escaping @Sendable () throws -> Void) throws {
    let outcome = Mutex<Result<Void, any Error>>(.success(()))
    let done = DispatchSemaphore(value: 0)
    pool.submit { state in
      if case .active = state { outcome.withLock { $0 = Result(catching: body) } }
      done.signal()
    }
    done.wait()
    try outcome.withLock(\.self).get()
  }

  func run<Result: Sendable>(
    on eventLoop: any EventLoop, _ body: @escaping @Sendable () -> Result
  ) -> EventLoopFuture<Result> {
    pool.runIfActive(eventLoop: eventLoop, body)
  }

  func finish() {
    try? pool.syncShutdownGracefully()
  }
}
