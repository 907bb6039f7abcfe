import CLinux
import Glibc

/// Answers each connection and datagram with its own name, and where it was meant to go as far as it can know.
struct EchoServer {
  var name: String

  /// Prints `ready` once it listens everywhere; ends with the process that started it.
  func run(_ spots: [SocketSpot]) -> Never {
    clinux_set_parent_death_signal(SIGKILL)
    let sockets = spots.map { spot in
      let socket = spot.makeSocket()
      var on: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      if spot.family == AF_INET6 { clinux_set_v6_only(socket) }
      guard spot.withAddress({ bind(socket, $0, $1) }) == 0, !spot.isTCP || listen(socket, 128) == 0 else {
        // A probe without its spot can show nothing; whoever reads its words sees them end.
        fatalError("bind: \(String(cString: strerror(errno)))")
      }
      return socket
    }
    RedirectionProbe.say("ready")
    while true {
      var sources = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&sources, nfds_t(sources.count), -1)
      for (spot, source) in zip(spots, sources) where source.revents != 0 {
        spot.isTCP ? answerConnection(source.fd, spot.family) : answerDatagram(source.fd)
      }
    }
  }

  private func answerConnection(_ listener: Int32, _ family: Int32) {
    let connection = accept(listener, nil, nil)
    guard connection >= 0 else { return }
    defer { close(connection) }
    var storage = [UInt8](repeating: 0, count: 128)
    if clinux_original_destination(connection, family, &storage) != 0 {
      var length = socklen_t(storage.count)
      storage.withUnsafeMutableBytes { bytes in
        _ = getsockname(connection, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
      }
    }
    let text = Array("\(name) \(SocketSpot.text(storage))\n".utf8)
    _ = write(connection, text, text.count)
  }

  private func answerDatagram(_ socket: Int32) {
    var storage = [UInt8](repeating: 0, count: 128)
    var length = socklen_t(storage.count)
    var payload = [UInt8](repeating: 0, count: 2000)
    let text = Array("\(name)\n".utf8)
    storage.withUnsafeMutableBytes { bytes in
      let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      guard recvfrom(socket, &payload, payload.count, 0, address, &length) >= 0 else { return }
      sendto(socket, text, text.count, 0, address, length)
    }
  }
}
