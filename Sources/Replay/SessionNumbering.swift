import CaptureFile
import SessionEvents

/// Numbers the sessions that a recording's sidecar does not know: upwards from the last that it does.
///
/// The sidecar is searched for that one only when it is needed, which in a whole recording is never.
final class SessionNumbering {
  private let sidecarPath: String?
  private var last: UInt64?

  init(sidecarPath: String?) {
    self.sidecarPath = sidecarPath
  }

  func next() -> UInt64 {
    let number = (last ?? highestInSidecar()) &+ 1
    last = number
    return number
  }

  private func highestInSidecar() -> UInt64 {
    var highest: UInt64 = 0
    guard let sidecarPath, var reader = try? SidecarReader(path: sidecarPath) else { return highest }
    for _ in 0..<SidecarSource.errorLimit {
      do throws(CaptureError) {
        while let line = try reader.next() { highest = max(highest, line.session?.rawValue ?? 0) }
        break
      } catch {
        // It was told of, or will be, where the sidecar is read for its lines.
        continue
      }
    }
    return highest
  }
}
