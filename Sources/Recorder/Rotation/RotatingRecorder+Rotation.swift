import CaptureFile
import SessionEvents

/// From one recording to the next.
extension RotatingRecorder {
  /// Creates the files of a recording that takes new sessions from here on.
  mutating func begin() throws(RecorderError) -> OpenRecording {
    let recording = try OpenRecording.begin(configuration, memory, after: lastName, now: now)
    lastName = recording.name
    recording.setLimit(policy.sizeLimit)
    recording.recorder.lastTime = latestTime
    return recording
  }

  /// Begins the next recording; the one before retires, and the one that had retired ends.
  public mutating func rotate(forward: Forward? = nil) {
    guard let old = current else { return }
    let new: OpenRecording
    do throws(RecorderError) {
      new = try begin()
    } catch {
      return postpone(error)
    }
    postponed = false
    let oldest = retired
    retired = old
    current = new
    old.setLimit(policy.retiredSizeLimit)
    onReport(.began(path: new.path))
    if let oldest { cut(oldest, forward) }
    if retired === old, old.recorder.sessions.isEmpty { finishRetired(forward) }
    enforceQuota(forward)
  }

  /// Rotates what has reached its size.
  mutating func rotateFull(_ forward: Forward?) {
    if let current, current.isFull, pause.isOver(now) { rotate(forward: forward) }
    if let retired, retired.isFull { cutRetired(forward) }
  }

  /// Rotates what has reached its age; a current recording that holds nothing of its own is left as it is.
  mutating func rotateOld(_ forward: Forward?) {
    guard let interval = policy.interval, let current, now - current.began >= interval.nanoseconds else {
      return
    }
    if !current.isEmpty, pause.isOver(now) {
      rotate(forward: forward)
    } else if current.isEmpty {
      cutRetired(forward)
    }
  }

  mutating func finishRetired(_ forward: Forward?) {
    guard let recording = retired else { return }
    retired = nil
    finish(recording, forward)
  }

  mutating func cutRetired(_ forward: Forward?) {
    guard let recording = retired, current != nil else { return }
    retired = nil
    cut(recording, forward)
  }

  /// Ends a recording that is neither current nor retired any more; its open sessions go on in the current one.
  private mutating func cut(_ recording: OpenRecording, _ forward: Forward?) {
    guard let target = current else { return }
    let sessions = recording.recorder.takeSessions(from: recording.name.capture)
    for session in sessions {
      do throws(RecorderError) {
        try recording.recorder.leave(session, for: target.name.capture) { forward?($0, $1, recording.path) }
      } catch {
        fail(recording, error, at: nil, forward)
        return goOn(sessions, forward)
      }
    }
    finish(recording, forward)
    goOn(sessions, forward)
  }

  /// Goes on with sessions that an earlier recording had, or waits with them until there is one.
  mutating func goOn(_ sessions: [RecordedSession], _ forward: Forward?) {
    for session in sessions {
      guard let current else {
        orphans[session.id] = session
        continue
      }
      let time = latestTime
      do throws(RecorderError) {
        try current.takeOver { (recorder) throws(RecorderError) in
          try recorder.take(session, at: time) { forward?($0, $1, current.path) }
        }
      } catch {
        fail(current, error, at: nil, forward)
      }
    }
  }

  /// Closes the files of a recording that is neither current nor retired any more.
  mutating func finish(_ recording: OpenRecording, _ forward: Forward?) {
    do throws(RecorderError) {
      try recording.recorder.finish { forward?($0, $1, recording.path) }
    } catch {
      return fail(recording, error, at: nil, forward)
    }
    tally.add(recording.recorder.statistics)
    sessionCount += recording.recorder.openedCount
    lastTime = max(lastTime, recording.recorder.lastTime)
    onReport(.finished(recording.recorder.summary))
  }

  /// Of the latest event.
  private var latestTime: Timestamp {
    [current, retired].compactMap { $0?.recorder.lastTime }.reduce(lastTime, max)
  }

  /// Lets the current recording grow on; told once.
  private mutating func postpone(_ error: RecorderError) {
    pause.attemptFailed(now)
    tally.lastFailure = error.description
    if !postponed { onReport(.postponed(error)) }
    postponed = true
  }
}

extension Duration {
  /// At most the 292 years that fit.
  fileprivate var nanoseconds: Int {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : Int(product) + Int(attoseconds / 1_000_000_000)
  }
}
