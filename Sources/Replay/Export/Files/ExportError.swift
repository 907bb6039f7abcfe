public import CaptureFile
import Glibc

/// Why an export could not be written.
public enum ExportError: Error, Hashable, Sendable {
  /// A system call failed; `-` is standard output.
  case system(path: String, SystemFailure)
  /// The file to write is there already.
  case exists(path: String)
  /// What would be replaced is a device, a directory, a socket …
  case notReplaceable(path: String)
  /// What would be replaced is one of the captures that are read.
  case isInput(path: String)
  /// This input can be read only once, and the export reads it twice.
  case readOnce(path: String)
  /// The second reading of this input found other packets than the first.
  case changed(path: String)
}

extension ExportError: CustomStringConvertible {
  /// What went wrong and where, in one line without a full stop.
  public var description: String {
    switch self {
    case .system(let path, let failure): "'\(path)': \(failure)"
    case .exists(let path): "'\(path)' exists already"
    case .notReplaceable(let path): "'\(path)' is no regular file and is not replaced"
    case .isInput(let path): "'\(path)' is read, and would be replaced"
    case .readOnce(let path): "'\(path)' can be read only once, and this is read twice"
    case .changed(let path): "'\(path)' changed while it was read"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var hint: String? {
    switch self {
    case .exists: "choose another path, or replace the file with --force"
    case .notReplaceable, .isInput: "choose another path"
    case .readOnce: "save it to a file first, and name that"
    case .changed: "try again when nothing writes to it any more"
    case .system(_, let failure):
      switch failure.code {
      case ENOENT: "check that the directory exists"
      case EACCES, EPERM, EROFS: "check the permissions, or choose another path"
      case ENOSPC, EDQUOT, EFBIG: "make room on the disk, or choose another path"
      default: nil
      }
    }
  }

  /// Whether the reader of standard output is gone, which is no failure.
  public var isClosedPipe: Bool {
    guard case .system("-", let failure) = self else { return false }
    return failure.code == EPIPE
  }
}

extension SystemFailure {
  /// The call that just failed on this thread.
  init(lastCall call: String) {
    self.init(call: call, code: errno)
  }
}
