import CaptureFile
import SessionEvents

/// What happens when files cannot be written, and when they can again.
extension RotatingRecorder {
  /// Flushes a recording, unless its files have gone.
  mutating func flush(_ recording: OpenRecording, _ forward: Forward?) {
    do throws(RecorderError) {
      guard recording.recorder.output.place == .there else {
        throw RecorderError.file(.vanished(path: recording.path))
      }
      try recording.recorder.output.flush()
    } catch {
      fail(recording, error, at: nil, forward)
    }
  }

  /// Ends a recording that cannot be written, whose sessions go on in the current one, or wait; `event` is the one that
  /// was to be recorded.
  mutating func fail(
    _ recording: OpenRecording, _ error: RecorderError, at event: SessionEvent?, _ forward: Forward?
  ) {
    var outage = outage ?? RecordingOutage(error)
    let sessions = close(recording, error, &outage)
    if recording === retired { retired = nil }
    if recording === current {
      current = nil
      pause.recordingFailed(now)
    }
    tally.lastFailure = error.description
    let isNews = outage.isNews(error)
    self.outage = outage
    if let event { countLost(event) }
    if isNews { onReport(.failed(error)) }
    goOn(sessions.filter { session in !endsWith(session, event) }, forward)
    concludeOutage(forward)
  }

  /// Takes note of an event that nothing records.
  mutating func pass(_ event: SessionEvent) {
    countLost(event)
    switch event.kind {
    case .opened(let opening):
      // Others cannot be shown; when something records they are refused.
      guard opening.client.address.isIPv4 == opening.originalDestination.address.isIPv4 else { return }
      sessionCount += 1
      orphans[event.session] = RecordedSession(event.session, opening, opened: event.time)
    case .closed:
      orphans.removeValue(forKey: event.session)?.release(memory)
    case .clientHello, .secured, .bypassed, .bytes, .datagram, .gap, .conflict, .halfClosed:
      guard let session = orphans[event.session] else { return }
      if case .held(let hellos) = session.phase,
        !session.isShown(by: event, hellos, configuration.portMap, memory)
      {
        return
      }
      session.pass(event.kind, memory)
    }
  }

  /// Begins a new recording after a failure, if it is time to try.
  mutating func attemptToResume(_ forward: Forward?) {
    guard outage != nil, pause.isOver(now) else { return }
    do throws(RecorderError) {
      try prepareDirectory()
      current = try begin()
    } catch {
      pause.attemptFailed(now)
      tally.lastFailure = error.description
      if outage?.isNews(error) ?? false { onReport(.failed(error)) }
      return
    }
    let waiting = orphans.values.sorted { $0.id < $1.id }
    orphans = [:]
    goOn(waiting, forward)
    concludeOutage(forward)
  }

  /// Says in the failed recordings what was lost, and closes them.
  mutating func endOutage() {
    guard let ended = outage else { return }
    outage = nil
    ended.failed.first?.recorder.addLoss(eventCount: ended.loss.eventCount, byteCount: ended.loss.byteCount)
    // It closes what is left to close, and throws nothing after a failure.
    for recording in ended.failed { try? recording.recorder.finish() }
  }

  // MARK: Helpers

  /// Closes the files of a recording and returns its open sessions; one that holds nothing of its own is removed.
  private mutating func close(
    _ recording: OpenRecording, _ error: RecorderError, _ outage: inout RecordingOutage
  ) -> [RecordedSession] {
    let isInPlace = recording.recorder.output.place == .there
    sessionCount += recording.recorder.openedCount
    lastTime = max(lastTime, recording.recorder.lastTime)
    guard recording.isEmpty, isInPlace else {
      let sessions = recording.recorder.takeSessions(from: recording.name.capture)
      if recording.recorder.loss == nil { _ = recording.recorder.fail(error) }
      tally.add(recording.recorder.statistics)
      outage.loss.packetCount += recording.recorder.loss?.packetCount ?? 0
      outage.failed.append(recording)
      return sessions
    }
    let sessions = recording.recorder.sessions.values.sorted { $0.id < $1.id }
    _ = recording.recorder.fail(error)
    recording.recorder.output.remove()
    return sessions
  }

  private mutating func countLost(_ event: SessionEvent) {
    outage?.loss.eventCount += 1
    outage?.loss.byteCount += event.byteCount
    tally.lostEventCount += 1
    tally.lostByteCount += event.byteCount
  }

  /// Whether the event ends the session, which then lets go of its endpoints.
  private func endsWith(_ session: RecordedSession, _ event: SessionEvent?) -> Bool {
    guard let event, event.session == session.id, case .closed = event.kind else { return false }
    session.release(memory)
    return true
  }

  /// Makes sure that there is a directory at the path, and room in it.
  private mutating func prepareDirectory() throws(RecorderError) {
    if !directory.isInPlace { directory = try Self.openDirectory(configuration.directory) }
    if let error = outage?.expectation(in: directory) { throw error }
  }

  /// Ends the outage if what the current recording has got can be written.
  private mutating func concludeOutage(_ forward: Forward?) {
    guard let recording = current, let loss = outage?.loss else { return }
    do throws(RecorderError) {
      try recording.recorder.output.flush()
    } catch {
      return fail(recording, error, at: nil, forward)
    }
    endOutage()
    onReport(.resumed(path: recording.path, lost: loss))
  }
}
