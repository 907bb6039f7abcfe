import CaptureFile
import Glibc

/// The lines of a recording's sidecar, in order, as far as they can be read.
struct SidecarSource: ~Copyable {
  /// Lines that may be unreadable before the rest is given up.
  static let errorLimit = 16

  /// Nil where there is no sidecar.
  private(set) var path: String?
  private(set) var notes: [ReplayNote] = []
  private var reader: SidecarReader?
  private var pending: SidecarLine?
  /// Before which packet the pending line stands, without looking into that for every packet.
  private var pendingPlace: UInt64 = .max

  /// Opens the sidecar of a capture, if there is one; `-` has none.
  init(capturePath: String) throws(CaptureError) {
    reader = nil
    path = nil
    guard let path = sidecarPath(forCapture: capturePath) else { return }
    do throws(CaptureError) {
      reader = try SidecarReader(path: path)
    } catch {
      if error.isAbsence { return }
      throw error
    }
    self.path = path
    advance()
  }

  var isAtEnd: Bool { pending == nil }

  /// The next line, if its place is before packet `packetCount + 1`.
  mutating func next(upTo packetCount: UInt64) -> SidecarLine? {
    guard pendingPlace <= packetCount, let line = pending else { return nil }
    advance()
    return line
  }

  private mutating func advance() {
    pending = nil
    defer { pendingPlace = pending?.after ?? .max }
    while notes.count < Self.errorLimit {
      do throws(CaptureError) {
        pending = try reader?.next() ?? nil
        if pending == nil, isCutShort, let path {
          notes.append(ReplayNote(.sidecarCut("'\(path)' is cut short")))
        }
        return
      } catch {
        notes.append(ReplayNote(.sidecarCut("\(error)")))
      }
    }
  }

  private var isCutShort: Bool {
    switch reader {
    case .some(let reader): reader.isCutShort
    case .none: false
    }
  }
}

extension CaptureError {
  /// Whether there simply is no such file.
  var isAbsence: Bool {
    guard case .system(_, let failure) = self else { return false }
    return failure.code == ENOENT || failure.code == ENOTDIR
  }
}
