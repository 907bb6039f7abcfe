import CommandSupport
import Logging
import Operations
import Relay
import Settings

/// What the main thread does while the service runs: it follows orders, and looks after the rules and the recording.
final class ServeLoop {
  private let running: RunningService
  private let rules: ServeRules?
  private let source: SettingsSource
  private var settings: ServeSettings
  private let notifier: ServiceNotifier
  private let logLevel: SharedLogLevel
  private let logger: Logger
  private var delay = RecordingDelay()

  init(
    running: RunningService, rules: ServeRules?, source: SettingsSource, settings: ServeSettings,
    notifier: ServiceNotifier, logLevel: SharedLogLevel, logger: Logger
  ) {
    self.running = running
    self.rules = rules
    self.source = source
    self.settings = settings
    self.notifier = notifier
    self.logLevel = logLevel
    self.logger = logger
  }

  /// Returns the exit status, once the service is to end and has.
  func run(_ signals: consuming ServeSignals) -> Int32 {
    while true {
      switch signals.next(within: 1) {
      case .end:
        end()
        return ExitStatus.success
      case .reload:
        reload()
      case nil:
        break
      }
      rules?.reportEvents()
      if let recording = running.recording, delay.isNews(isHoldingUp: recording.isHoldingUp) {
        logger.warning("sessions wait for the recorder: the disk does not keep up with them")
      }
      if settings.recording.onFailure == .stop, running.recording?.hasFailed == true {
        logger.error("ending, since what is not recorded shall not pass")
        end()
        return ExitStatus.failure
      }
    }
  }

  private func end() {
    EndLimit.begin()
    notifier.stopping()
    logger.notice("ending")
    rules?.release()
    // It asks the event loops, which end now.
    notifier.stopWatchdog()
    running.end(patience: settings.timeouts.drain)
    rules?.remove()
    logger.notice("ended")
  }

  private func reload() {
    notifier.reloading()
    defer { notifier.ready() }
    let loaded: LoadedSettings
    do throws(SettingsError) {
      loaded = try source.load()
    } catch {
      for problem in error.problems { logger.error("\(problem)") }
      logger.error("the settings are left as they were")
      return
    }
    for warning in loaded.warnings { logger.warning("\(warning)") }
    let difference = SettingsDifference(from: settings, to: loaded.settings)
    apply(loaded.settings, difference)
  }

  private func apply(_ new: ServeSettings, _ difference: SettingsDifference) {
    for key in difference.needingRestart {
      logger.warning("'\(key)' changes only when the service is restarted")
    }
    do {
      try replaceUpstreamTrust(new)
    } catch {
      logger.error("upstream CAs are left as they were: \(error)")
    }
    // What a restart is needed for stays as it is, also for the next comparison.
    settings = difference.applied
    logLevel.value = Logger.Level(settings.service.logLevel)
    running.relay.reconfigure(RelayConfiguration(settings))
    running.recording?.reconfigure(settings.recording)
    let keys = difference.applicable.joined(separator: ", ")
    logger.notice("reloaded", metadata: ["changed": "\(keys.isEmpty ? "nothing" : keys)"])
  }

  private func replaceUpstreamTrust(_ new: ServeSettings) throws {
    let context = try UpstreamTrust(extraFiles: new.interception.upstreamAuthorities).makeContext()
    running.relay.replaceUpstream { context }
  }
}
