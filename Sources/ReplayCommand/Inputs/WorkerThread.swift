import Glibc

/// A thread that runs one closure, and is waited for.
struct WorkerThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }

  private static let stackSize = 8 << 20

  private let thread: pthread_t

  /// Nil where the system has no thread left.
  init?(_ body: @escaping @Sendable () -> Void) {
    // Allocated, since which module has the type's initializer depends on the order in which modules are loaded.
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    defer { pthread_attr_destroy(attributes) }
    // The system's default may be much less than a main thread's.
    pthread_attr_setstacksize(attributes, Self.stackSize)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, attributes,
      { argument in
        guard let argument else { return nil }
        // The object that was retained for this thread; released here, once.
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits for its end; to be called once.
  func join() {
    pthread_join(thread, nil)
  }
}
