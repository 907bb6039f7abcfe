import Attribution
import CommandSupport
import Glibc
import LinuxSystem
import Logging
import Operations
import Recorder
import Redirection
import Relay
import SessionEvents
import Settings
import TLSEngine

/// One `relay serve`, from its sockets to its end.
///
/// The order is the point: what needs root comes first, in a process with one thread; then the service becomes a user
/// of its own; then the threads start, each with no more than it needs.
struct ServeRun {
  private let settings: ServeSettings
  /// The file of settings, where there is one.
  private let file: String?
  /// For a reload: `load()` reads everything again.
  private let source: SettingsSource
  private let logLevel: SharedLogLevel
  private let logger: Logger

  init(_ loaded: LoadedSettings, source: SettingsSource) {
    settings = loaded.settings
    file = loaded.file
    self.source = source
    let logLevel = SharedLogLevel(Logger.Level(settings.service.logLevel))
    self.logLevel = logLevel
    logger = Logger(label: "relay") { _ in
      LeveledLogHandler(JournalLogHandler(escape: TerminalText.escaped), level: logLevel)
    }
  }

  /// Returns the exit status.
  func run() throws -> Int32 {
    do {
      return try serve()
    } catch let error as RecorderError {
      throw CommandFailure(error.description, hint: error.hint)
    } catch let error as TLSFailure {
      throw CommandFailure(error.description, hint: error.hint)
    } catch let error as RulesError {
      throw CommandFailure(error.description, hint: error.hint)
    } catch let error as OperationsFailure {
      throw CommandFailure(error.description, hint: error.hint)
    } catch let error as SystemCallFailure {
      throw CommandFailure(error.description)
    }
  }

  private func serve() throws -> Int32 {
    Allocator.tune()
    // Else libdispatch tells syslog, at the end of every service, that it may not raise a thread's priority.
    setenv("LIBDISPATCH_LOG", "NO", 0)
    let signals = ServeSignals()
    let notifier = try ServiceNotifier.takingFromEnvironment()
    let account = try ServeAccount(settings.service, logger: logger)
    try checkMark()
    // Before there is a key in memory, which the guard would have, too.
    let rules = try ServeRules(settings, logger: logger)
    let opened = try OpenedService(settings, account: account, logger: logger)

    let confinement = ServeConfinement(account: account, logger: logger)
    let running = try RunningService(
      opened, settings: settings, file: file, confinement: confinement, logger: logger)
    do {
      try rules?.apply()
    } catch {
      running.end(patience: .zero)
      throw error
    }
    running.announce(to: notifier)
    let loop = ServeLoop(
      running: running, rules: rules, source: source, settings: settings, notifier: notifier,
      logLevel: logLevel,
      logger: logger)
    return loop.run(signals)
  }

  private func checkMark() throws(CommandFailure) {
    do throws(UpstreamMark.Failure) {
      try UpstreamMark.check(settings.listening.mark)
    } catch {
      throw CommandFailure(
        error.description,
        hint: """
          run it as root, in a container with CAP_NET_ADMIN: without the mark, rules would lead its connections back \
          to it
          """)
    }
  }
}

extension Logger.Level {
  init(_ choice: LogLevelChoice) {
    switch choice {
    case .trace: self = .trace
    case .debug: self = .debug
    case .info: self = .info
    case .notice: self = .notice
    case .warning: self = .warning
    case .error: self = .error
    case .critical: self = .critical
    }
  }
}
