import Glibc
import Synchronization

/// All files of this process that have no name of their own yet, for whoever ends it early.
public enum PendingFiles {
  private struct Entry: Hashable {
    var name: String
    /// Keeps the directory open.
    var directory: OutputDirectory

    static func == (lhs: Entry, rhs: Entry) -> Bool {
      lhs.name == rhs.name && lhs.directory === rhs.directory
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(name)
    }
  }

  private static let entries = Mutex<Set<Entry>>([])
  private static let number = Atomic<UInt64>(0)

  /// Removes them all, then ends the process; from any thread.
  ///
  /// Until then no new one can be made.
  public static func removeAll(andThen end: () -> Never) -> Never {
    entries.withLock { entries in
      for entry in entries { entry.directory.remove(entry.name) }
      end()
    }
  }

  /// A name that no other file of this process has.
  static func makeName(suffix: String) -> String {
    ".replay-\(getpid())-\(number.add(1, ordering: .relaxed).newValue).\(suffix)"
  }

  /// Creates a file that is removed if the process is told to end.
  static func create(_ name: String, in directory: OutputDirectory) throws(ExportError) -> Int32 {
    let result = entries.withLock { entries -> Result<Int32, ExportError> in
      do throws(ExportError) {
        let descriptor = try directory.create(name)
        entries.insert(Entry(name: name, directory: directory))
        return .success(descriptor)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  static func remove(_ name: String, in directory: OutputDirectory) {
    entries.withLock { entries in
      directory.remove(name)
      entries.remove(Entry(name: name, directory: directory))
    }
  }

  /// The file has another name now.
  static func forget(_ name: String, in directory: OutputDirectory) {
    entries.withLock { _ = $0.remove(Entry(name: name, directory: directory)) }
  }
}
