import Glibc

/// Why a capture or its sidecar cannot be read or written.
public enum CaptureError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(path: String, SystemFailure)
  /// A libpcap call failed; libpcap's text for it.
  case libpcap(path: String, call: String, text: String)

  /// The file to write is there already.
  case exists(path: String)
  /// What would be replaced is a device, a directory, a socket …
  case notReplaceable(path: String)

  case isDirectory(path: String)
  case notADirectory(path: String)
  /// Another process records into this directory.
  case directoryInUse(path: String)
  /// A file was removed, or moved elsewhere, while it was written.
  case vanished(path: String)
  case empty(path: String)
  /// A gzip, zstd, xz or bzip2 file.
  case compressed(path: String)
  /// Neither pcap nor pcapng; libpcap's text for it.
  case notACapture(path: String, text: String)
  /// The file ends before its own header does.
  case truncatedHeader(path: String)
  /// The file ends inside this packet (counted from 1); everything before it was delivered.
  case truncated(path: String, packet: UInt64)
  /// This packet's record cannot be read; libpcap's text for it.
  case malformed(path: String, packet: UInt64, text: String)

  case notASidecar(path: String)
  /// The sidecar was made by a newer version of the format.
  case sidecarVersion(path: String, found: Int, supported: Int)
  /// A line (counted from 1) that is no sidecar line, and why.
  case sidecarLine(path: String, line: Int, text: String)
}

/// A system call that failed.
public struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var call: String
  /// The value of `errno`.
  public var code: Int32

  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The call that just failed on this thread.
  init(_ call: String) {
    self.init(call: call, code: errno)
  }

  public var text: String {
    // glibc keeps the text of `strerror` per thread.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  public var description: String { "\(call): \(text)" }

  /// What to do about it; nil where the text says enough.
  var hint: String? {
    switch code {
    case ENOENT: "check that the directory exists"
    case EACCES, EPERM, EROFS: "check the permissions, or choose another path"
    case ENOSPC, EDQUOT: "make room on the disk, or choose another path"
    default: nil
    }
  }
}

extension CaptureError: CustomStringConvertible {
  /// What went wrong and where, in one line without a full stop.
  public var description: String {
    switch self {
    case .system(let path, let failure): "'\(path)': \(failure)"
    case .libpcap(let path, let call, let text): "'\(path)': \(call): \(text)"
    case .exists(let path): "'\(path)' exists already"
    case .notReplaceable(let path): "'\(path)' is no regular file and is not replaced"
    case .isDirectory(let path): "'\(path)' is a directory, not a capture"
    case .notADirectory(let path): "'\(path)' is not a directory"
    case .directoryInUse(let path): "another relay records into '\(path)'"
    case .vanished(let path): "'\(path)' was removed or renamed while it was written"
    case .empty(let path): "'\(path)' is empty"
    case .compressed(let path): "'\(path)' is compressed"
    case .notACapture(let path, let text): "'\(path)' is no pcap or pcapng capture: \(text)"
    case .truncatedHeader(let path): "'\(path)' ends inside the capture's file header"
    case .truncated(let path, let packet): "'\(path)' is cut short in packet \(packet)"
    case .malformed(let path, let packet, let text): "'\(path)': packet \(packet): \(text)"
    case .notASidecar(let path): "'\(path)' is no wiretape sidecar"
    case .sidecarVersion(let path, let found, let supported):
      "'\(path)' has format version \(found); this program reads version \(supported)"
    case .sidecarLine(let path, let line, let text): "'\(path)': line \(line): \(text)"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var hint: String? {
    switch self {
    case .exists: "choose another path, or replace the file with --force"
    case .notReplaceable, .notADirectory: "choose another path"
    case .directoryInUse: "end that one, or choose another directory"
    case .compressed: "decompress it first"
    case .sidecarVersion: "use a newer wiretape, or move the sidecar away to read the packets alone"
    case .truncated: "everything before that packet was read"
    case .notASidecar, .sidecarLine: "move the sidecar away to read the packets alone"
    case .system(_, let failure): failure.hint
    case .libpcap, .isDirectory, .vanished, .empty, .notACapture, .truncatedHeader, .malformed: nil
    }
  }
}
