import Glibc

/// Connects, or sends a datagram, and tells what came back.
///
/// Arguments: `tcp/ADDRESS/PORT`, then any of `mark=N` and `uid=N`.
struct Client {
  private static let patience: Int32 = 5000

  private var spot: SocketSpot?
  private var mark: UInt32 = 0
  private var uid: UInt32?

  init(_ arguments: [String]) {
    spot = arguments.first.flatMap(SocketSpot.init)
    for argument in arguments.dropFirst() {
      let number = UInt32(argument.drop { $0 != "=" }.dropFirst())
      if argument.hasPrefix("mark=") { mark = number ?? 0 }
      if argument.hasPrefix("uid=") { uid = number }
    }
  }

  /// The server's line, or the name of the error.
  func answer() -> String {
    guard let spot else { return "no such address" }
    // The mark takes a capability, which goes with root.
    let socket = spot.makeSocket()
    if mark != 0 {
      var mark = mark
      guard setsockopt(socket, SOL_SOCKET, SO_MARK, &mark, socklen_t(MemoryLayout<UInt32>.size)) == 0 else {
        return "SO_MARK: \(Self.errorName)"
      }
    }
    // The kernel asks who opened the socket's file.
    if let uid { return Self.answer(asUser: uid, spot) }
    return Self.answer(socket, spot)
  }

  private static func answer(asUser uid: UInt32, _ spot: SocketSpot) -> String {
    guard setuid(uid) == 0 else { return "setuid: \(errorName)" }
    return answer(spot.makeSocket(), spot)
  }

  private static func answer(_ socket: Int32, _ spot: SocketSpot) -> String {
    var patience = timeval(tv_sec: Int(Self.patience / 1000), tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    guard spot.withAddress({ connect(socket, $0, $1) }) == 0 else { return errorName }
    if !spot.isTCP, send(socket, "?", 1, 0) != 1 { return errorName }
    var line = [UInt8](repeating: 0, count: 200)
    let count = recv(socket, &line, line.count, 0)
    guard count >= 0 else { return errorName }
    return String(decoding: line.prefix(count).prefix { $0 != 0x0a }, as: UTF8.self)
  }

  private static var errorName: String {
    switch errno {
    case ECONNREFUSED: "refused"
    case EPERM: "forbidden"
    case EAGAIN, EINPROGRESS: "silence"
    case ENETUNREACH: "unreachable"
    default: String(cString: strerror(errno))
    }
  }
}
