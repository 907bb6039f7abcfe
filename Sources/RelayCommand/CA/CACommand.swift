import ArgumentParser
import CommandSupport
import LinuxSystem
import TLSEngine

struct CACommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "ca",
    abstract: "Make, show, install and replace the CA of this host's relay.",
    discussion: """
      'relay serve' shows clients certificates that it signs with a CA of its own. The CA is made once, on this machine, \
      and this machine alone has to trust it. Its key never leaves the directory, which only the service user can read; \
      nothing prints it.
      """,
    subcommands: [
      CAInitCommand.self, CAShowCommand.self, CAExportCommand.self, CAInstallCommand.self,
      CAUninstallCommand.self, CARotateCommand.self,
    ])

  static let helpEnding = """
    EXAMPLE:
      Make a CA for two domains, and have this machine trust it:

        $ sudo relay ca init --permit example.com --permit example.net
        $ sudo relay ca install
    """
}

/// Which CA is meant.
struct CAOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The directory with ca.pem and ca.key.", valueName: "dir"), completion: .directory)
  var directory = AuthorityDirectory.standardPath

  @Option(
    help: ArgumentHelp(
      "The service user, who must own them. (default: 'wiretape' if there is such a user, else the caller)",
      valueName: "name"))
  var user: String?

  /// The directory, to be read or written with the owner that it must have.
  func authorityDirectory() throws(CommandFailure) -> AuthorityDirectory {
    AuthorityDirectory(path: directory, owner: try owner())
  }

  /// The same, to be written: files for someone else are root's to make.
  func writableDirectory() throws(CommandFailure) -> AuthorityDirectory {
    let directory = try authorityDirectory()
    guard CallerRights.canActFor(directory.owner) else {
      throw CommandFailure(
        "only root can make a CA for another user, uid \(directory.owner)",
        hint: "run it as root, or name yourself with --user")
    }
    return directory
  }

  private func owner() throws(CommandFailure) -> UInt32 {
    guard let user else { return ServiceAccount(named: "wiretape")?.user ?? CallerRights.user }
    guard let account = ServiceAccount(named: user) else {
      throw CommandFailure(
        "there is no user '\(user)'", hint: "name the user that 'relay serve' becomes, or create it")
    }
    return account.user
  }
}

/// What a new CA is like.
struct NewCAOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long the CA is valid, 1 to \(AuthorityOptions.lifetimeDaysRange.upperBound) days.",
      valueName: "days"))
  var days = AuthorityOptions.defaultLifetimeDays

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      """
      Sign only for this domain and all below it, or for this address or network; sessions to others are relayed \
      unread. Repeatable; addresses that are not named are not covered.
      """, valueName: "name"))
  var permit: [String] = []

  @Option(help: ArgumentHelp("The CA's common name. (default: made of date and host)", valueName: "text"))
  var name: String?

  func validate() throws {
    guard AuthorityOptions.lifetimeDaysRange.contains(days) else {
      throw ValidationError(
        "days '\(days)' is not between 1 and \(AuthorityOptions.lifetimeDaysRange.upperBound)")
    }
    for text in permit where NameConstraint(text) == nil {
      throw ValidationError(
        "permit '\(text)' is neither a domain, as 'example.com', nor an address or network, as '10.0.0.0/8'")
    }
    let isPrintable = name?.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } ?? true
    guard isPrintable, (1...64).contains(name?.unicodeScalars.count ?? 1) else {
      throw ValidationError("name is not 1 to 64 printable characters")
    }
  }

  func authorityOptions() -> AuthorityOptions {
    AuthorityOptions(
      lifetimeDays: days, commonName: name, permitted: permit.compactMap { NameConstraint($0) })
  }
}

/// Does `body`, and tells its failures in the command's form.
func tellingTLSFailures<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let failure as TLSFailure {
    throw CommandFailure(failure.description, hint: failure.hint)
  }
}
