import CommandSupport
import LinuxSystem
import Logging
import Operations
import SessionEvents
import Settings
import TLSEngine

/// What a service opens and reads while it still is who started it.
struct OpenedService {
  let sockets: ServeSockets
  let authority: SigningAuthority
  let upstream: UpstreamContext
  let control: ControlSocket?
  let metrics: ControlSocket?

  init(_ settings: ServeSettings, account: ServeAccount, logger: Logger) throws {
    sockets = try ServeSockets(settings.listening)
    authority = try SigningAuthority.load(settings.interception, owner: account.account, logger: logger)
    upstream = try UpstreamTrust(extraFiles: settings.interception.upstreamAuthorities).makeContext()
    let owner = account.account.map { ControlSocket.Owner(uid: $0.user, gid: $0.group) }
    control = try settings.service.controlSocket.map { try ControlSocket.listen(path: $0, owner: owner) }
    metrics = try settings.service.metrics.map { place in
      switch place {
      case .unixSocket(let path): try ControlSocket.listen(path: path, owner: owner)
      case .loopback(let endpoint): try ControlSocket.listen(on: endpoint)
      }
    }
    if case .directory(let path) = settings.recording.place {
      try RecordingDirectory.prepare(path, for: account.account)
    }
  }
}
