import CommandSupport
import LinuxSystem
import Logging
import Settings
import TLSEngine

extension SigningAuthority {
  /// Loads the host's CA; where there is none yet in the service's own directory, it is made.
  ///
  /// To be called while the process may read the key: before it becomes the service user.
  static func load(
    _ settings: InterceptionSettings, owner: ServiceAccount?, logger: Logger
  ) throws(TLSFailure) -> SigningAuthority {
    switch settings.authority {
    case .files(let certificate, let key):
      return try SigningAuthority(certificateFile: certificate, keyFile: key)
    case .directory(let path):
      let directory = AuthorityDirectory(path: path, owner: owner?.user ?? ServiceAccount.ownUser)
      if let known = try loadIfPresent(from: directory) { return known }
      _ = try directory.create(AuthorityOptions())
      logger.notice("made a CA in '\(path)': clients trust it after 'relay ca install'")
      return try directory.load()
    }
  }

  private static func loadIfPresent(from directory: AuthorityDirectory) throws(TLSFailure)
    -> SigningAuthority?
  {
    do throws(TLSFailure) {
      return try directory.load()
    } catch {
      guard case .authority(.missing) = error else { throw error }
      return nil
    }
  }
}
