import SessionEvents

/// The two streams of a connection, and what else only connections have.
final class FlowStreams {
  var toServer = StreamAssembly()
  var toClient = StreamAssembly()
  var held: HeldSegment?
  /// How the packets say that the session ended, for when the sidecar does not.
  var closing: (closing: SessionClosing, stamp: PacketStamp)?
  /// Of a reset: its packet, and where its sender's stream ended at that.
  var reset: (packet: UInt64, place: Int64) = (0, 0)

  /// Takes the client for the server.
  func swap() {
    Swift.swap(&toServer, &toClient)
  }
}
