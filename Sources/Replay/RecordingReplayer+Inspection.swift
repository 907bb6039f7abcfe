public import Inspection

extension RecordingReplayer {
  /// Emits what an Inspector observes in the recording, and returns what there is to say of the capture itself.
  ///
  /// Bodies go to `bodies` as they pass; `onPacket` is told of each packet's session.
  public func observe(
    services: InspectionServices, bodies: (any BodyStore)? = nil, onPacket: PacketOwner? = nil,
    _ emit: (Observation) -> Void
  ) throws(ReplayError) -> [ReplayNote] {
    var inspector = Inspector(services: services, bodies: bodies)
    return try replay(onPacket: onPacket) { event, packet in
      inspector.receive(event, packet: packet, emit: emit)
    }
  }
}
