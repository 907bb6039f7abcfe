import NIOCore
import NIOPosix

/// The thread on which the processes behind sessions are looked up, which must not hold up an event loop.
///
/// It starts at once, with the privileges of its maker; those of the event loops can be fewer.
public final class ProcessLookups: Sendable {
  private let pool = NIOThreadPool(numberOfThreads: 1)

  public init() {
    pool.start()
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
