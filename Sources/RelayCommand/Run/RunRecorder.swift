import CaptureFile
import CommandSupport
import Glibc
import Recorder
import Relay
import Replay
import SessionEvents

/// Where the events of a run go: to a recording, to the live report, to both, or nowhere.
struct RunRecorder {
  /// What the relay fills.
  let sink: any SessionSink
  private let thread: RecordingThread?
  private let isOnStandardOutput: Bool

  /// `onFailure` is called once, on the recording thread, if the recording fails.
  init(
    _ options: RecordingOptions, command: [String], onFailure: @escaping @Sendable (RecorderError) -> Void
  ) throws {
    let report = options.live ? LiveReport(options: Self.showOptions(options)) : nil
    isOnStandardOutput = options.path == "-"
    guard !options.noRecord else {
      thread = nil
      sink = report ?? DiscardingSink()
      return
    }
    if isOnStandardOutput, isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure(
        "standard output is a terminal, which cannot show a pcap",
        hint: "pipe it, as in: relay run -w - -- COMMAND | wireshark -k -i -")
    }
    let recorder = try Self.recorder(options, command: command)
    if isOnStandardOutput { Self.keepStandardOutputForTheCapture() }
    let recording = RecordingThread(
      recorder, onEvent: report.map { $0.receive(_:packet:) }, onFailure: onFailure)
    thread = recording
    sink = recording
  }

  /// Completes the files, and says what they hold.
  func finish(diagnostics: Diagnostics?) {
    guard let thread else { return }
    let summary = thread.finish()
    guard let diagnostics, !isOnStandardOutput else { return }
    if let loss = summary.loss {
      diagnostics.note(
        "'\(summary.path)' lacks \(loss.eventCount) events with \(loss.byteCount) bytes that came after that")
      return
    }
    let sessions = summary.sessionCount == 1 ? "1 session" : "\(summary.sessionCount) sessions"
    diagnostics.note("recorded \(sessions) in '\(summary.path)'; read it with: replay show \(summary.path)")
  }

  /// Removes a recording of a command that never ran.
  func discard() {
    guard let summary = thread?.finish(), !isOnStandardOutput else { return }
    unlink(summary.path)
    if let sidecar = summary.sidecarPath { unlink(sidecar) }
  }

  /// Creates the files.
  ///
  /// Where the name is the relay's to choose, a further run of the same command in the same second gets a number.
  private static func recorder(
    _ options: RecordingOptions, command: [String]
  ) throws(RecorderError) -> SessionRecorder {
    var configuration = configuration(options, command: command)
    let stem = configuration.path.dropLast(".pcap".count)
    var number = 1
    while true {
      do throws(RecorderError) {
        return try SessionRecorder(configuration)
      } catch {
        guard options.path == nil, case .file(.exists) = error else { throw error }
        number += 1
        configuration.path = "\(stem)-\(number).pcap"
      }
    }
  }

  private static func configuration(_ options: RecordingOptions, command: [String]) -> RecorderConfiguration {
    let now = Timestamp.now()
    var configuration = RecorderConfiguration(
      path: options.path ?? defaultPath(for: command), tool: "wiretape \(RelayCommand.version)",
      command: command, created: now)
    configuration.replacesExisting = options.force
    configuration.framing = options.linkType.framing
    configuration.segmentSize = options.segmentSize
    configuration.portMap = options.portMap ?? .standard
    return configuration
  }

  /// `COMMAND-YYYYMMDD-HHMMSS.pcap`, in local time, as people name files.
  private static func defaultPath(for command: [String]) -> String {
    let name = command.first?.split(separator: "/").last.map(String.init) ?? "relay"
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, "%Y%m%d-%H%M%S", &local)
    let stamp = String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(name)-\(stamp).pcap"
  }

  /// What the command prints goes to standard error from now on, lest it mix with the capture.
  private static func keepStandardOutputForTheCapture() {
    dup2(STDERR_FILENO, STDOUT_FILENO)
  }

  private static func showOptions(_ options: RecordingOptions) -> ShowOptions {
    ShowOptions(color: options.color.isOn(for: STDERR_FILENO))
  }
}

/// Takes events for nobody.
private struct DiscardingSink: SessionSink {
  func receive(_ event: SessionEvent) {}
}
