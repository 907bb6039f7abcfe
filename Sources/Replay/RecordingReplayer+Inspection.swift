public import Inspection

extension RecordingReplayer {
  /// Emits what an Inspector observes in the recording, and returns what there is to say of the capture itself.
  public func observe(
    services: InspectionServices, _ emit: (Observation) -> Void
  ) throws(ReplayError) -> [ReplayNote] {
    var inspector = Inspector(services: services)
    return try replay { event, packet in
      inspector.receive(event, packet: packet, emit: emit)
    }
  }
}
