import CaptureFile
import Glibc

/// A file without a name, for what does not fit into memory; nothing is left of it, however the process ends.
///
/// It is made when it is first needed. After a failure it takes nothing more, and tells the failure.
final class SpillFile {
  private let directory: OutputDirectory
  private var descriptor: Int32 = -1
  private(set) var failure: ExportError?

  init(in directory: OutputDirectory) {
    self.directory = directory
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes the bytes at this offset; false where that failed.
  func write(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard failure == nil, open() else { return false }
    do throws(SystemFailure) {
      try FileBytes.write(bytes, to: descriptor, at: offset)
      return true
    } catch {
      failure = .system(path: directory.path, error)
      return false
    }
  }

  /// Reads what was written before into `buffer`, whose former bytes go.
  func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) throws(ExportError) {
    if let failure { throw failure }
    do throws(SystemFailure) {
      try FileBytes.read(count, from: descriptor, at: offset, into: &buffer)
    } catch {
      throw .system(path: directory.path, error)
    }
  }

  private func open() -> Bool {
    guard descriptor < 0 else { return true }
    do throws(ExportError) {
      let name = PendingFiles.makeName(suffix: "spill")
      descriptor = try PendingFiles.create(name, in: directory)
      PendingFiles.remove(name, in: directory)
      return true
    } catch {
      failure = error
      return false
    }
  }
}
