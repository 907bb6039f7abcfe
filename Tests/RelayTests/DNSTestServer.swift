import CLinux
import Glibc
import SessionEvents
import Synchronization

/// A nameserver on 127.0.0.1, over UDP and TCP on one port, that behaves as a test says.
final class DNSTestServer: Sendable {
  enum Reply: Sendable {
    case message([UInt8])
    /// From another port, as a forger would.
    case fromElsewhere([UInt8])
    /// Ends a connection.
    case close
  }

  /// Answers one query; the number counts queries from 1.
  typealias Behaviour = @Sendable (_ query: [UInt8], _ isTCP: Bool, _ number: Int) -> [Reply]

  private let datagrams: TestSocket
  private let listener: TestSocket
  private let behaviour: Behaviour
  private let seen = Mutex<[(query: [UInt8], isTCP: Bool)]>([])
  private let isStopped = Mutex(false)
  let endpoint: Endpoint

  /// Answers every query with one record unless told otherwise.
  init(_ behaviour: @escaping Behaviour = { query, _, _ in [.message(DNSMessages.answer(to: query))] }) {
    self.behaviour = behaviour
    (datagrams, listener) = Self.twins()
    endpoint = Endpoint(address: .v4(0x7f00_0001), port: datagrams.port)
    for socket in [datagrams, listener] { socket.limitWaits(milliseconds: 50) }
    pthread_detach(TestThread.start { [self] in serveDatagrams() })
    pthread_detach(TestThread.start { [self] in serveConnections() })
  }

  /// A port on which nobody listens.
  static func deadPort() -> Endpoint {
    Endpoint(address: .v4(0x7f00_0001), port: TestSocket.datagrams().port)
  }

  func stop() { isStopped.withLock { $0 = true } }

  var queries: [[UInt8]] { seen.withLock { $0.map(\.query) } }
  var tcpQueryCount: Int { seen.withLock { $0.count(where: \.isTCP) } }

  private func replies(to query: [UInt8], isTCP: Bool) -> [Reply] {
    let number = seen.withLock { seen in
      seen.append((query, isTCP))
      return seen.count
    }
    return behaviour(query, isTCP, number)
  }

  private func serveDatagrams() {
    let elsewhere = TestSocket.datagrams()
    while !isStopped.withLock(\.self) {
      guard let (query, client) = datagrams.receiveFrom() else { continue }
      for reply in replies(to: query, isTCP: false) {
        switch reply {
        case .message(let message): datagrams.send(message, to: client)
        case .fromElsewhere(let message): elsewhere.send(message, to: client)
        case .close: break
        }
      }
    }
  }

  private func serveConnections() {
    while !isStopped.withLock(\.self) {
      let accepted = Glibc.accept(listener.descriptor, nil, nil)
      guard accepted >= 0 else { continue }
      let connection = TestSocket(descriptor: accepted)
      while let query = connection.readFramed() {
        var isOpen = true
        for reply in replies(to: query, isTCP: true) {
          switch reply {
          case .message(let message), .fromElsewhere(let message):
            connection.send(DNSMessages.framed(message))
          case .close: isOpen = false
          }
        }
        if !isOpen { break }
      }
    }
  }

  /// A UDP socket and a TCP listener of one port.
  private static func twins() -> (TestSocket, TestSocket) {
    while true {
      let datagrams = TestSocket.datagrams()
      if let listener = TestSocket.listener(port: datagrams.port) { return (datagrams, listener) }
    }
  }
}

extension TestSocket {
  func limitWaits(milliseconds: Int) {
    var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
  }

  /// Nil where the port is taken.
  static func listener(port: UInt16) -> TestSocket? {
    let socket = TestSocket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    guard socket.takeAddress(Endpoint(address: .v4(0x7f00_0001), port: port)) else { return nil }
    precondition(listen(socket.descriptor, 16) == 0)
    return socket
  }

  func takeAddress(_ endpoint: Endpoint) -> Bool {
    withSocketAddress(endpoint) { Glibc.bind(descriptor, $0, $1) } == 0
  }

  func setPeer(_ endpoint: Endpoint) -> Bool {
    withSocketAddress(endpoint) { Glibc.connect(descriptor, $0, $1) } == 0
  }

  func send(_ bytes: [UInt8]) {
    precondition(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  }

  func send(_ bytes: [UInt8], to address: sockaddr_storage) {
    var address = address
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = sendto(descriptor, bytes, bytes.count, 0, $0, size)
      }
    }
  }

  func send(_ bytes: [UInt8], to endpoint: Endpoint) {
    let sent = withSocketAddress(endpoint) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    precondition(sent == bytes.count)
  }

  /// The next datagram; nil once the wait is over.
  func receive() -> [UInt8]? {
    receiveFrom()?.0
  }

  func receiveFrom() -> ([UInt8], sockaddr_storage)? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &bytes, bytes.count, 0, $0, &size)
      }
    }
    return count < 0 ? nil : (Array(bytes.prefix(count)), address)
  }

  /// Exactly so many bytes, or fewer where the peer ends first.
  func readBytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var part = [UInt8](repeating: 0, count: count - bytes.count)
      let received = recv(descriptor, &part, part.count, 0)
      guard received > 0 else { break }
      bytes += part.prefix(received)
    }
    return bytes
  }

  /// A message of DNS over TCP; nil at the end.
  func readFramed() -> [UInt8]? {
    let length = readBytes(2)
    guard length.count == 2 else { return nil }
    let count = Int(length[0]) << 8 | Int(length[1])
    let message = readBytes(count)
    return message.count == count ? message : nil
  }
}
