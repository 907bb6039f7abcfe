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
  /// For those who ask the service, and what each offers.
  let control: [(socket: ControlSocket, offer: ControlServer.Offer)]

  init(_ settings: ServeSettings, account: ServeAccount, logger: Logger) throws {
    sockets = try ServeSockets(settings.listening)
    upstream = try UpstreamTrust(extraFiles: settings.interception.upstreamAuthorities).makeContext()
    if case .directory(let path) = settings.recording.place {
      try ServiceDirectory.prepare(path, for: account.account)
    }
    // After what may fail, for it may make a CA.
    authority = try SigningAuthority.load(settings.interception, owner: account.account, logger: logger)
    // Last, for these leave files.
    control = try Self.listen(settings.service, owner: account.account)
  }

  private static func listen(
    _ settings: ServiceSettings, owner account: ServiceAccount?
  ) throws(OperationsFailure) -> [(socket: ControlSocket, offer: ControlServer.Offer)] {
    let owner = account.map { ControlSocket.Owner(uid: $0.user, gid: $0.group) }
    var sockets: [(socket: ControlSocket, offer: ControlServer.Offer)] = []
    do throws(OperationsFailure) {
      if let path = settings.controlSocket {
        sockets.append((try ControlSocket.listen(path: path, owner: owner), .everything))
      }
      switch settings.metrics {
      case .unixSocket(let path):
        sockets.append((try ControlSocket.listen(path: path, owner: owner), .metrics))
      case .loopback(let endpoint):
        sockets.append((try ControlSocket.listen(on: endpoint), .metrics))
      case nil:
        break
      }
    } catch {
      for (socket, _) in sockets { socket.close() }
      throw error
    }
    return sockets
  }
}
