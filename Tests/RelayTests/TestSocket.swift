import Glibc
import SessionEvents

/// A blocking TCP socket on 127.0.0.1, with a ten-second limit on every wait.
final class TestSocket: Sendable {
  let descriptor: CInt

  init(descriptor: CInt) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
  }

  deinit { Glibc.close(descriptor) }

  static func listener() -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(port: 0)
    withSockaddr(&address) { precondition(bind(socket.descriptor, $0, $1) == 0) }
    precondition(listen(socket.descriptor, 16) == 0)
    return socket
  }

  /// A UDP socket, bound, and perhaps connected.
  static func datagrams(connectedTo port: UInt16? = nil) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
    var address = loopback(port: 0)
    withSockaddr(&address) { precondition(bind(socket.descriptor, $0, $1) == 0) }
    guard let port else { return socket }
    var peer = loopback(port: port)
    withSockaddr(&peer) { precondition(connect(socket.descriptor, $0, $1) == 0) }
    return socket
  }

  static func connected(to port: UInt16) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(port: port)
    withSockaddr(&address) { precondition(connect(socket.descriptor, $0, $1) == 0) }
    return socket
  }

  var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout.size(ofValue: address))
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  func accept() -> TestSocket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    precondition(accepted >= 0, "nobody connected")
    return TestSocket(descriptor: accepted)
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    precondition(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  }

  func finish() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Closes with a RST.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout.size(ofValue: now)))
    shutdown(descriptor, Int32(SHUT_RD))
    // The descriptor stays this object's; connecting to "nowhere" is how Linux resets without closing it.
    var nowhere = sockaddr(
      sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    connect(descriptor, &nowhere, socklen_t(MemoryLayout.size(ofValue: nowhere)))
  }

  /// Exactly so many bytes, or fewer where the peer ends first.
  func read(_ count: Int) -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var part = [UInt8](repeating: 0, count: count - bytes.count)
      let received = recv(descriptor, &part, part.count, 0)
      guard received > 0 else { break }
      bytes += part.prefix(received)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  enum End: Equatable {
    case fin
    case error(CInt)
  }

  /// What stands behind all that was read.
  func readEnd() -> End {
    var byte: UInt8 = 0
    let received = recv(descriptor, &byte, 1, 0)
    return received == 0 ? .fin : .error(received < 0 ? errno : 0)
  }
}

private func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  address.sin_port = port.bigEndian
  return address
}

private func withSockaddr(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void)
{
  withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

extension TestSocket {
  /// Whether somebody is waiting to be accepted, or comes within this many seconds.
  func hasConnection(within seconds: Double) -> Bool {
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&ready, 1, Int32(seconds * 1_000)) > 0
  }
}
