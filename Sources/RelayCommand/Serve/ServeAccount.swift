import CommandSupport
import Glibc
import LinuxSystem
import Logging
import Settings

/// By whose rights the service runs once its sockets are open.
struct ServeAccount {
  /// Nil where the service stays whoever started it.
  let account: ServiceAccount?
  /// Whether root started it, by whom the classic rules exempt the relay's connections.
  let isStartedByRoot = geteuid() == 0

  init(_ settings: ServiceSettings, logger: Logger) throws(CommandFailure) {
    guard isStartedByRoot else {
      account = nil
      return
    }
    if let account = ServiceAccount(named: settings.user) {
      self.account = account
      return
    }
    guard settings.user == ServiceSettings().user else {
      throw CommandFailure(
        "there is no user '\(settings.user)'", hint: "sudo useradd --system --no-create-home \(settings.user)"
      )
    }
    logger.warning(
      "there is no user '\(settings.user)': the service stays root, with few of root's privileges")
    account = .root
  }
}
