public import Inspection

extension RecordingReplayer {
  /// Emits what an Inspector observes in the recording, and returns what there is to say of the capture itself.
  ///
  /// Bodies go to `bodies` as they pass.
  public func observe(
    services: InspectionServices, bodies: (any BodyStore)? = nil, _ emit: (Observation) -> Void
  ) throws(ReplayError) -> [ReplayNote] {
    var inspector = Inspector(services: services, bodies: bodies)
    return try replay { event, packet in
      inspector.receive(event, packet: packet, emit: emit)
    }
  }
}
