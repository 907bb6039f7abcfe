import CaptureFile
import ContentCoding
import Glibc
import Inspection
import Replay

extension CheckCache {
  /// The user's, by XDG's rules; nil where there is no place for one.
  static var ofUser: CheckCache? {
    guard let digests = ContentServices.system.digests else { return nil }
    if let place = variable("XDG_CACHE_HOME"), place.hasPrefix("/") {
      return CheckCache(below: place, digests: digests)
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return CheckCache(below: "\(home)/.cache", digests: digests)
  }

  /// What the outcome of checking a recording depends on.
  func key(of item: CheckPlan.Item) -> Key? {
    let files = [item.recording, sidecarPath(forCapture: item.recording) ?? item.recording, item.golden]
    // Remarks on a recording have its name in them.
    let name = item.recording.split(separator: "/").last.map { Array($0.utf8) } ?? []
    return key(files: files, bytes: [name, item.canon?.bytes ?? []])
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
