public import CaptureFile
import Glibc

/// Why a golden cannot be read or written.
public enum GoldenError: Error, Hashable, Sendable {
  case system(path: String, SystemFailure)
  /// Its first line is no header of a golden.
  case notAGolden(path: String)
  /// Its header has this version, or is of this version of the exchanges' JSON, of which this program knows nothing.
  case version(path: String, found: String)
  /// A line, from 1, is no JSON from this byte of it on, or no object.
  case line(path: String, line: Int, column: Int)
  /// The golden, or what it would have to hold, has more bytes than this.
  case tooLarge(path: String, limit: Int)
}

extension GoldenError: CustomStringConvertible {
  /// What went wrong and where, in one line without a full stop.
  public var description: String {
    switch self {
    case .system(let path, let failure): "'\(path)': \(failure)"
    case .notAGolden(let path): "'\(path)' is no golden: its first line is not its header"
    case .version(let path, let found): "'\(path)' is a golden of version \(found), which is not known here"
    case .line(let path, let line, let column):
      "'\(path)', line \(line): no JSON object: what is wrong stands at byte \(column)"
    case .tooLarge(let path, let limit): "'\(path)' would need more than \(limit >> 20) MiB as a golden"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var hint: String? {
    switch self {
    case .system(_, let failure):
      switch failure.code {
      case ENOENT: "check the path"
      case EACCES, EPERM, EROFS: "check the permissions"
      case ENOSPC, EDQUOT: "make room on the disk"
      default: nil
      }
    case .notAGolden, .line: "restore it, or write it anew with 'replay check --update'"
    case .version: "update replay, or write the golden anew with 'replay check --update'"
    case .tooLarge: "make a golden of a part: record less in one go"
    }
  }

  init(_ error: ExportError) {
    switch error {
    case .system(let path, let failure): self = .system(path: path, failure)
    case .exists(let path), .notReplaceable(let path), .isInput(let path), .readOnce(let path),
      .changed(let path):
      self = .system(path: path, SystemFailure(call: "rename", code: EEXIST))
    }
  }
}
