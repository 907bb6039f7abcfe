import CLinux
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
    withSocketAddress(loopback(port: 0)) { precondition(bind(socket.descriptor, $0, $1) == 0) }
    precondition(listen(socket.descriptor, 16) == 0)
    return socket
  }

  /// A UDP socket, bound, and perhaps connected.
  static func datagrams(connectedTo port: UInt16? = nil) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
    withSocketAddress(loopback(port: 0)) { precondition(bind(socket.descriptor, $0, $1) == 0) }
    guard let port else { return socket }
    withSocketAddress(loopback(port: port)) { precondition(connect(socket.descriptor, $0, $1) == 0) }
    return socket
  }

  static func connected(to port: UInt16) -> TestSocket {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    withSocketAddress(loopback(port: port)) { precondition(connect(socket.descriptor, $0, $1) == 0) }
    return socket
  }

  var port: UInt16 {
    // The port stands behind the family, in either family's address, as on the wire.
    var address = sockaddr()
    var size = socklen_t(MemoryLayout.size(ofValue: address))
    getsockname(descriptor, &address, &size)
    return withUnsafeBytes(of: address) { UInt16($0[2]) << 8 | UInt16($0[3]) }
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

private func loopback(port: UInt16) -> Endpoint {
  Endpoint(address: .v4(0x7f00_0001), port: port)
}

/// Calls the body with a C address, made as bytes: which module its fields belong to depends on what else the compiler
/// has seen.
func withSocketAddress<Result>(
  _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  let address = endpoint.address.networkBytes
  let isIPv4 = address.count == 4
  var bytes = withUnsafeBytes(of: UInt16(isIPv4 ? AF_INET : AF_INET6)) { Array($0) }
  bytes += [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xff)]
  // Behind the port, IPv6 has a flow, and behind the address a scope; IPv4, eight bytes of nothing.
  bytes += (isIPv4 ? [] : [0, 0, 0, 0]) + address + [UInt8](repeating: 0, count: isIPv4 ? 8 : 4)
  return bytes.withUnsafeBytes { raw in
    raw.withMemoryRebound(to: sockaddr.self) { addresses in
      // Holds: the array has at least sixteen bytes, the size of one sockaddr.
      body(addresses.baseAddress.unsafelyUnwrapped, socklen_t(raw.count))
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
