import Glibc
import LinuxSystem

/// Asks a running service over its control socket; blocks, and needs nothing but the socket.
package enum ControlClient {
  /// Why there is no answer.
  package enum Failure: Error, Hashable {
    /// Nobody listens on the socket, or there is none.
    case notRunning(path: String)
    /// The user may not connect.
    case notPermitted(path: String)
    case systemCall(String, code: Int32, at: String)
    /// No whole answer came in time.
    case timedOut(path: String)
    /// The service answered with this status, and this line.
    case refused(status: Int, String)
    /// This is no answer of a service.
    case malformed(String)
  }

  /// Of an answer, head and all.
  static let longestAnswer = 64 << 20
  private static let longestHead = 16 << 10

  /// The body of the answer to `GET target`; `patience` is for all of it.
  package static func get(
    _ target: String, from path: String, patience: Duration = .seconds(10)
  ) throws(Failure) -> [UInt8] {
    let deadline = SystemFiles.now() + UInt64(patience / .nanoseconds(1))
    let descriptor = try connect(to: path)
    defer { close(descriptor) }
    let request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try send(Array(request.utf8), to: descriptor, path)
    return try body(of: try receiveAll(from: descriptor, until: deadline, path))
  }

  // MARK: Socket

  private static func connect(to path: String) throws(Failure) -> CInt {
    let address: UnixSocketAddress
    do throws(OperationsFailure) {
      address = try UnixSocketAddress(path: path)
    } catch {
      throw .notRunning(path: path)
    }
    let descriptor = makeSocket(AF_UNIX, SOCK_STREAM)
    guard descriptor >= 0 else { throw .systemCall("socket", code: errno, at: path) }
    guard address.withSocketAddress({ Glibc.connect(descriptor, $0, $1) }) != 0 else { return descriptor }
    let code = errno
    close(descriptor)
    switch code {
    case ENOENT, ECONNREFUSED, ENOTDIR: throw .notRunning(path: path)
    case EACCES, EPERM: throw .notPermitted(path: path)
    default: throw .systemCall("connect", code: code, at: path)
    }
  }

  /// A request is so short that the socket takes it whole.
  private static func send(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws(Failure) {
    let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    // One that was refused before it was asked has its answer nevertheless.
    guard count == bytes.count || errno == EPIPE else { throw .systemCall("send", code: errno, at: path) }
  }

  private static func receiveAll(
    from descriptor: CInt, until deadline: UInt64, _ path: String
  ) throws(Failure) -> [UInt8] {
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while received.count <= longestAnswer {
      let now = SystemFiles.now()
      guard now < deadline else { throw .timedOut(path: path) }
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1)) > 0 else { continue }
      switch recv(descriptor, &chunk, chunk.count, 0) {
      case 0: return received
      case let count where count > 0: received.append(contentsOf: chunk.prefix(count))
      // A connection that is reset after its answer is as good as closed.
      case _ where errno == ECONNRESET: return received
      case _ where errno == EINTR: continue
      default: throw .systemCall("recv", code: errno, at: path)
      }
    }
    throw .malformed("an answer of more than \(longestAnswer) bytes")
  }

  // MARK: Answer

  private static func body(of answer: [UInt8]) throws(Failure) -> [UInt8] {
    guard let end = endOfHead(answer) else { throw .malformed("no HTTP answer") }
    let lines = String(decoding: answer[..<end], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    guard words.count >= 2, words[0] == "HTTP/1.1", words[1].utf8.count == 3, let status = Int(words[1])
    else {
      throw .malformed("no HTTP answer")
    }
    let body = Array(answer[(end + 4)...])
    guard contentLength(lines.dropFirst()) == body.count else { throw .malformed("the answer is cut short") }
    guard status == 200 else {
      throw .refused(
        status: status, String(decoding: body.prefix { $0 != 0x0a }.prefix(1_000), as: UTF8.self))
    }
    return body
  }

  private static func endOfHead(_ answer: [UInt8]) -> Int? {
    let separator = Array("\r\n\r\n".utf8)
    let head = answer.prefix(longestHead)
    return head.indices.first { head[$0...].starts(with: separator) }
  }

  private static func contentLength(_ fields: some Sequence<Substring>) -> Int? {
    for field in fields {
      let parts = field.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "content-length" {
        return Int(parts[1].drop { $0 == " " })
      }
    }
    return nil
  }
}

extension ControlClient.Failure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notRunning(let path): "no relay answers on '\(path)'"
    case .notPermitted(let path): "'\(path)': connect: permission denied"
    case .systemCall(let call, let code, let path): "'\(path)': \(SystemCallFailure(call, code: code))"
    case .timedOut(let path): "'\(path)': no answer in time"
    case .refused(let status, let line): "the relay refuses to answer: \(status), \(line)"
    case .malformed(let reason): "the relay's answer makes no sense: \(reason)"
    }
  }
}
