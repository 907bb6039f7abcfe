import CaptureFile

/// Deleting the oldest recordings to keep to the quota.
extension RotatingRecorder {
  private static var quotaInterval: Int { 5_000_000_000 }

  /// Deletes the oldest closed recordings until all fit; those that are open, or locked by others, stay.
  mutating func enforceQuota(_ forward: Forward?) {
    nextQuotaCheck = now + Self.quotaInterval
    // Without its list a directory that has gone is told of where files are created.
    guard let quota = policy.maximumTotal, let stored = try? directory.recordings() else { return }
    let open = [current, retired].compactMap(\.self)
    let closed = stored.filter { recording in !open.contains { $0.name == recording.name } }
    var total = open.reduce(0) { $0 + $1.byteCount } + closed.reduce(0) { $0 + $1.byteCount }
    for recording in closed where total > quota {
      guard directory.delete(recording.name) == .deleted else { continue }
      total -= recording.byteCount
      tally.deletedCount += 1
      onReport(
        .deleted(
          path: "\(configuration.directory)/\(recording.name.capture)", byteCount: recording.byteCount))
    }
    if total > quota, !isOverQuota { onReport(.overQuota(byteCount: total, quota: quota)) }
    isOverQuota = total > quota
    // What has retired can be deleted once it has ended.
    if isOverQuota { cutRetired(forward) }
  }
}
