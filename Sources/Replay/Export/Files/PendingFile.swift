import CaptureFile
import Glibc

/// A file that is not whole yet: it has a passing name, and gets its own when it is.
///
/// One that is let go of before it is committed is removed.
final class PendingFile {
  private let directory: OutputDirectory
  private let passingName: String
  /// Negative once closed.
  private var descriptor: Int32
  private var isCommitted = false

  /// Creates the file, empty, with mode 0600.
  init(in directory: OutputDirectory) throws(ExportError) {
    self.directory = directory
    passingName = PendingFiles.makeName(suffix: "part")
    descriptor = try PendingFiles.create(passingName, in: directory)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { PendingFiles.remove(passingName, in: directory) }
  }

  func write(_ bytes: Span<UInt8>) throws(ExportError) {
    do throws(SystemFailure) {
      try FileBytes.write(bytes, to: descriptor)
    } catch {
      throw .system(path: directory.path, error)
    }
  }

  /// Gives the file its name, which must be free unless `replacing`; it takes no more bytes from then on.
  ///
  /// - Throws: `exists` where the name is taken; it may be tried again with another.
  func commit(as name: String, replacing: Bool = false) throws(ExportError) {
    if descriptor >= 0 {
      let isWritten = close(descriptor) == 0
      descriptor = -1
      // Some file systems tell only now that there was no room.
      guard isWritten else { throw .system(path: directory.path(name), SystemFailure(lastCall: "close")) }
    }
    try directory.rename(passingName, to: name, replacing: replacing)
    isCommitted = true
    PendingFiles.forget(passingName, in: directory)
  }
}
