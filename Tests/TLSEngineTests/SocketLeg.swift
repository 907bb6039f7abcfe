import Foundation
import SessionEvents
import Testing

@testable import TLSEngine

/// A TLS connection over a blocking socket of the loopback; gives up after 20 s of silence.
final class SocketLeg {
  private let descriptor: Int32
  let connection: TLSConnection
  private(set) var received: [UInt8] = []
  private(set) var failure: TLSFailure?

  init(
    _ descriptor: Int32, _ make: (@escaping (UnsafeRawBufferPointer) -> Void) throws -> TLSConnection
  ) throws {
    self.descriptor = descriptor
    try limitSilence(descriptor)
    connection = try make { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let sent = Foundation.send(descriptor, Array(rest), rest.count, Int32(MSG_NOSIGNAL))
        guard sent > 0 else { return }
        rest = rest.dropFirst(sent)
      }
    }
  }

  deinit {
    close(descriptor)
  }

  /// Reads until the transport's end, a failure, or until `body` says that it is enough.
  func run(until isEnough: (TLSProgress) throws -> Bool = { _ in false }) throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      try #require(count >= 0, "nothing came for 20 s, or the connection was reset")
      guard count > 0 else { return }
      let progress = buffer.withUnsafeBytes {
        connection.receive(UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
      received += progress.plaintext
      failure = progress.failure
      guard failure == nil, try !isEnough(progress) else { return }
    }
  }

  static func connect(
    port: UInt16, _ make: (@escaping (UnsafeRawBufferPointer) -> Void) throws -> TLSConnection
  ) throws -> SocketLeg {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port: port)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    return try SocketLeg(descriptor, make)
  }
}

/// A listening socket of the loopback, on a port that the system chooses.
final class Listener {
  private let descriptor: Int32
  let port: UInt16

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try limitSilence(descriptor)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + listen(descriptor, 8) + getsockname(descriptor, $0, &length)
      }
    }
    try #require(result == 0)
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit {
    close(descriptor)
  }

  func accept(serving leaf: LeafContext) throws -> SocketLeg {
    let accepted = Foundation.accept(descriptor, nil, nil)
    try #require(accepted >= 0, "nobody connected for 20 s")
    return try SocketLeg(accepted) {
      try TLSConnection(serving: leaf, alpn: nil, versions: .tls12 ... .tls13, output: $0)
    }
  }
}

private func limitSilence(_ descriptor: Int32) throws {
  var limit = timeval(tv_sec: 20, tv_usec: 0)
  let size = socklen_t(MemoryLayout<timeval>.size)
  try #require(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0)
}

private func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}
