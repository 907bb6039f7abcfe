import Foundation
import Synchronization

/// A server on the loopback that answers every connection's one request with an empty 200, and keeps what it got.
final class RecordingServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let received = Mutex<[[UInt8]]>([])

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isUp = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isUp else { throw POSIXError(.EADDRINUSE) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while case let connection = accept(listener, nil, nil), connection >= 0 { serve(connection) }
    }
  }

  /// Takes no more connections.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// What each connection sent, in their order.
  var requests: [[UInt8]] { received.withLock { $0 } }

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var isGreeted = false
    while !Self.isWhole(bytes) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
      if !isGreeted, bytes.starts(with: "PRI ".utf8) {
        // SETTINGS, and a window wide enough for any body of the tests.
        isGreeted = true
        send(
          [
            0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0,
            0,
          ], connection)
      }
    }
    received.withLock { $0.append(bytes) }
    // SETTINGS acknowledged, and HEADERS with ":status: 200" that end the HTTP/2 stream.
    let answer =
      isGreeted
      ? [0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]
      : Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
    send(answer, connection)
    shutdown(connection, Int32(SHUT_WR))
    while read(connection, &buffer, buffer.count) > 0 {}
    close(connection)
  }

  private func send(_ bytes: [UInt8], _ connection: Int32) {
    _ = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
  }

  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    if bytes.starts(with: "PRI ".utf8) { return endsStream(bytes) }
    let text = bytes.map { Character(Unicode.Scalar($0)) }
    guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
    let head = String(text[..<headEnd.lowerBound]).lowercased()
    let body = bytes[headEnd.upperBound...]
    if head.contains("transfer-encoding: chunked") { return body.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
    let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
    return body.count >= length ?? 0
  }

  /// Whether a frame that ends the first HTTP/2 stream has come.
  private static func endsStream(_ bytes: [UInt8]) -> Bool {
    var place = 24
    while place + 9 <= bytes.count {
      let length = Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
      guard place + 9 + length <= bytes.count else { return false }
      if bytes[place + 3] <= 1, bytes[place + 4] & 1 == 1 { return true }
      place += 9 + length
    }
    return false
  }
}
