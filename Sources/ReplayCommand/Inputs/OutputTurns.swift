import Glibc
import Synchronization

/// Puts what several threads write in the order of their inputs, whoever is done first.
///
/// The first input that is not done has its turn, and writes through; the others' output waits.
final class OutputTurns: @unchecked Sendable {
  // Sendable: `endings` is read and written with `lock` held; the condition is waited for with it held, too. The rest
  // are constants, or safe by themselves.

  /// What an input leaves that ended before its turn came.
  struct Ending: Sendable {
    var output: HeldOutput
    var messages: [Message]
  }

  let console: Console
  private let turn = Atomic<Int>(0)
  /// How far an input may be ahead of the one whose turn it is: what waits is held in files.
  private let reach: Int
  private var endings: [Int: Ending] = [:]
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let hasMoved = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(console: Console, reach: Int) {
    self.console = console
    self.reach = reach
    pthread_mutex_init(lock, nil)
    pthread_cond_init(hasMoved, nil)
  }

  deinit {
    pthread_cond_destroy(hasMoved)
    pthread_mutex_destroy(lock)
    hasMoved.deallocate()
    lock.deallocate()
  }

  /// Whether this input may write through; once it may, it may until it is done.
  func isTurn(of input: Int) -> Bool { turn.load(ordering: .acquiring) == input }

  /// Waits until this input may begin.
  func waitForReach(of input: Int) { wait { $0 + self.reach >= input } }

  func waitForTurn(of input: Int) { wait { $0 == input } }

  /// Ends an input: writes what it left, and that of those behind it that are done too, as soon as it is their turn.
  func end(_ input: Int, _ ending: Ending) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    endings[input] = ending
    while let ending = endings.removeValue(forKey: turn.load(ordering: .relaxed)) {
      ending.output.drain(to: console)
      console.tell(ending.messages)
      turn.add(1, ordering: .releasing)
    }
    pthread_cond_broadcast(hasMoved)
  }

  private func wait(until isMet: (Int) -> Bool) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !isMet(turn.load(ordering: .acquiring)) { pthread_cond_wait(hasMoved, lock) }
  }
}

/// Output that waits: a little in memory, the rest in a file.
struct HeldOutput: Sendable {
  private static let memoryLimit = 1 << 20

  private var file: Spool?
  private var bytes: [UInt8] = []

  /// Takes bytes; false where there is no room for them, and then none is taken.
  mutating func append(_ new: [UInt8]) -> Bool {
    if bytes.count + new.count <= Self.memoryLimit {
      bytes.append(contentsOf: new)
      return true
    }
    if file == nil { file = Spool() }
    guard let file, file.append(bytes) else { return false }
    bytes.removeAll(keepingCapacity: true)
    if file.append(new) { return true }
    return false
  }

  /// Writes all of it.
  func drain(to console: Console) {
    do throws(Spool.ReadFailure) {
      try file?.drain { console.write($0) }
    } catch {
      let text = strerror(error.code).map { String(cString: $0) } ?? "error \(error.code)"
      console.tell([.error("temporary file: read: \(text)", hint: "try again with --jobs 1")])
      exit(2)
    }
    console.write(bytes)
  }
}
