import NIOCore

/// The UDP sockets towards one nameserver.
///
/// Few and reused while queries are many, since a socket costs more than a query; a new one for nearly every query while
/// they are few. Confined to one event loop.
struct DNSUpstreamPool {
  private static let socketCount = 16

  private var sockets = [DNSUpstreamSocket?](repeating: nil, count: socketCount)

  /// One of the sockets, by chance, so that its port cannot be foretold.
  mutating func socket(
    make: () throws(DatagramSocket.Failure) -> DNSUpstreamSocket
  ) throws(DatagramSocket.Failure) -> DNSUpstreamSocket {
    let place = Int.random(in: sockets.indices)
    if let socket = sockets[place], socket.isFresh(at: .now()) { return socket }
    do throws(DatagramSocket.Failure) {
      let socket = try make()
      sockets[place]?.retire()
      sockets[place] = socket
      return socket
    } catch {
      // Where descriptors are short an old port is better than none.
      guard let socket = sockets.lazy.compactMap(\.self).first(where: \.isUsable) else { throw error }
      return socket
    }
  }

  /// No socket is used any more.
  func retire() {
    for socket in sockets { socket?.retire() }
  }
}
