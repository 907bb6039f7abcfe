/// Why a capture or its sidecar cannot be read or written.
///
/// Offsets count the bytes of the capture from 0, decompressed where the file is compressed.
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
  /// A directory tree deeper than is searched.
  case tooDeep(path: String)
  /// A name that is no UTF-8, replacement characters in place of what is not.
  case nameNotUTF8(path: String)

  case empty(path: String)
  /// Compressed in a way that is not read here.
  case compressed(path: String, Compression)
  /// Compressed data within compressed data.
  case compressedTwice(path: String)
  /// Compressed data that gives nothing more after `offset` bytes of the capture, and why.
  case decompression(path: String, Compression, offset: UInt64, DecompressionDefect)
  /// Neither pcap nor pcapng; libpcap's text for it.
  case notACapture(path: String, text: String)
  /// The file ends before its own header does.
  case truncatedHeader(path: String)
  /// The file ends at `offset`, inside this packet (counted from 1); everything before it was delivered.
  case truncated(path: String, packet: UInt64, offset: UInt64)
  /// The record at `offset`, this packet's, cannot be read; libpcap's text for it.
  case malformed(path: String, packet: UInt64, offset: UInt64, text: String)
  /// The pcapng block that begins at `offset` cannot be read, and why.
  case block(path: String, offset: UInt64, BlockDefect)
  /// All packets have a framing of this DLT number, which is not supported.
  case linkType(path: String, number: Int32)

  case notASidecar(path: String)
  /// The sidecar was made by a newer version of the format.
  case sidecarVersion(path: String, found: Int, supported: Int)
  /// A line (counted from 1) that is no sidecar line, and why.
  case sidecarLine(path: String, line: Int, text: String)
}

extension CaptureError: CustomStringConvertible {
  /// What went wrong and where, in one line without a full stop; safe to print, whatever is in the path.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .system(let path, let failure): "'\(path)': \(failure)"
    case .libpcap(let path, let call, let text): "'\(path)': \(call): \(text)"
    case .exists(let path): "'\(path)' exists already"
    case .notReplaceable(let path): "'\(path)' is no regular file and is not replaced"
    case .isDirectory(let path): "'\(path)' is a directory, not a capture"
    case .notADirectory(let path): "'\(path)' is not a directory"
    case .directoryInUse(let path): "another relay records into '\(path)'"
    case .vanished(let path): "'\(path)' was removed or renamed while it was written"
    case .tooDeep(let path): "'\(path)' lies deeper than \(CaptureSearch.maximumDepth) directories"
    case .nameNotUTF8(let path): "'\(path)' has a name that is no UTF-8"
    case .empty(let path): "'\(path)' is empty"
    case .compressed(let path, let compression): "'\(path)' is compressed with \(compression.rawValue)"
    case .compressedTwice(let path): "'\(path)' is compressed twice"
    case .decompression(let path, let compression, let offset, let defect):
      "'\(path)': the \(compression.rawValue) data \(defect) after \(offset) bytes of the capture"
    case .notACapture(let path, let text): "'\(path)' is no pcap or pcapng capture: \(text)"
    case .truncatedHeader(let path): "'\(path)' ends inside the capture's file header"
    case .truncated(let path, let packet, let offset):
      "'\(path)' is cut short in packet \(packet), at byte \(offset)"
    case .malformed(let path, let packet, let offset, let text):
      "'\(path)': packet \(packet), at byte \(offset): \(text)"
    case .block(let path, let offset, let defect): "'\(path)': block at byte \(offset): \(defect)"
    case .linkType(let path, let number):
      "'\(path)' has link type \(CaptureLibrary.linkName(number)), which is not supported"
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
    case .tooDeep: "name a directory further down"
    case .nameNotUTF8: "rename it"
    case .compressed(_, let compression): "decompress it first, as by: \(compression.tool) FILE | replay … -"
    case .compressedTwice: "decompress it once, and read what comes of it"
    case .linkType:
      "captures of Ethernet, Linux cooked (any), BSD loopback, PPP and raw IP packets can be read"
    case .sidecarVersion: "use a newer wiretape, or move the sidecar away to read the packets alone"
    case .truncated: "everything before that packet was read"
    case .block, .malformed, .decompression: "everything before that was read"
    case .notASidecar, .sidecarLine: "move the sidecar away to read the packets alone"
    case .system(_, let failure): failure.hint
    case .libpcap, .isDirectory, .vanished, .empty, .notACapture, .truncatedHeader: nil
    }
  }
}
