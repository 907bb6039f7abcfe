import SessionEvents

@testable import TLSEngine

/// One end of a TLS connection in memory: collects what the connection puts out, and what it made of its input.
final class MemoryPeer {
  private final class Outbox {
    var bytes: [UInt8] = []
  }

  private let outbox = Outbox()
  let connection: TLSConnection
  private(set) var received: [UInt8] = []
  private(set) var handshakeCompletions = 0
  private(set) var closeNotifications = 0
  private(set) var failure: TLSFailure?

  init(_ make: (@escaping (UnsafeRawBufferPointer) -> Void) throws -> TLSConnection) rethrows {
    connection = try make { [outbox] in outbox.bytes += $0 }
  }

  /// A client that was told nothing but where to go.
  static func client(
    _ upstream: UpstreamContext, serverName: String? = "origin.test", address: String = "192.0.2.1",
    alpn: [String] = [], versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
  ) throws -> MemoryPeer {
    try MemoryPeer {
      try TLSConnection(
        to: upstream, serverName: serverName, destination: IPAddress(address)!,
        alpn: alpn.map { Array($0.utf8) },
        versions: versions, output: $0)
    }
  }

  static func server(
    _ leaf: LeafContext, alpn: String? = nil, versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
  ) throws -> MemoryPeer {
    try MemoryPeer {
      try TLSConnection(serving: leaf, alpn: alpn.map { Array($0.utf8) }, versions: versions, output: $0)
    }
  }

  var hasOutput: Bool { !outbox.bytes.isEmpty }

  func takeOutput() -> [UInt8] {
    defer { outbox.bytes = [] }
    return outbox.bytes
  }

  func receive(_ bytes: some Collection<UInt8>) {
    let progress = Array(bytes).withUnsafeBytes { connection.receive($0) }
    received += progress.plaintext
    if progress.handshakeCompleted { handshakeCompletions += 1 }
    if progress.closeNotifyReceived { closeNotifications += 1 }
    if let failure = progress.failure { self.failure = failure }
  }

  /// Carries ciphertext both ways until both are silent; towards this side in pieces of `pieceLength`.
  func exchange(with other: MemoryPeer, pieceLength: Int = .max) {
    while hasOutput || other.hasOutput {
      other.receive(takeOutput())
      var bytes = other.takeOutput()[...]
      while !bytes.isEmpty {
        receive(bytes.prefix(pieceLength))
        bytes = bytes.dropFirst(pieceLength)
      }
    }
  }

  func takeReceived() -> [UInt8] {
    defer { received = [] }
    return received
  }
}
