import Glibc
import NIOCore
import SessionEvents

/// One of a session's two TCP connections: the client's, or the one upstream.
///
/// Bytes are gathered by `append` and leave with `flush`, so that many TLS records share one system call; nothing is held
/// while idle. Confined to its channel's event loop.
final class Leg {
  let party: Party
  private let channel: any Channel
  private var outgoing: ByteBuffer?
  /// Whether a FIN was sent, or is waiting behind what is still to be sent.
  private(set) var isOutputFinished = false
  private(set) var isReading = false

  init(party: Party, channel: any Channel) {
    self.party = party
    self.channel = channel
  }

  /// False while more is waiting to be sent than the channel's high-water mark allows.
  var isWritable: Bool { channel.isWritable }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard var buffer = outgoing.take() else {
      var buffer = channel.allocator.buffer(capacity: bytes.count)
      buffer.writeBytes(bytes)
      outgoing = buffer
      return
    }
    buffer.writeBytes(bytes)
    outgoing = buffer
  }

  func append(_ bytes: ByteBuffer) {
    flushGathered()
    channel.write(bytes, promise: nil)
  }

  /// Makes room for what is about to be appended, so that the buffer need not grow on the way.
  func reserve(_ byteCount: Int) {
    if outgoing == nil { outgoing = channel.allocator.buffer(capacity: byteCount) }
  }

  func flush() {
    flushGathered()
    channel.flush()
  }

  /// Sends a FIN after all that was appended.
  func finishOutput() {
    guard !isOutputFinished else { return }
    isOutputFinished = true
    flush()
    channel.close(mode: .output, promise: nil)
  }

  func setReading(_ reading: Bool) {
    guard reading != isReading else { return }
    isReading = reading
    // Fails only on a closed channel, from which nothing more is read anyway.
    try? channel.syncOptions?.setOption(.autoRead, value: reading)
  }

  /// Closes once all that was appended is sent, or, given `patience`, after that time at the latest.
  func close(patience: TimeAmount?) {
    isOutputFinished = true
    flushGathered()
    let channel = self.channel
    let deadline = patience.map { channel.eventLoop.scheduleTask(in: $0) { channel.close(promise: nil) } }
    channel.writeAndFlush(channel.allocator.buffer(capacity: 0)).whenComplete { _ in
      deadline?.cancel()
      channel.close(promise: nil)
    }
  }

  /// Closes at once with a RST, as a peer that lost interest would.
  func reset() {
    outgoing = nil
    (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
    channel.close(promise: nil)
  }

  private func flushGathered() {
    guard let buffer = outgoing.take() else { return }
    channel.write(buffer, promise: nil)
  }
}
