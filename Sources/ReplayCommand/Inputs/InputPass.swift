import Inspection
import Replay
import SessionEvents

/// One capture, as a subcommand reads it; belongs to one thread.
final class InputPass {
  /// As it was given or found; `-` is standard input.
  let path: String
  /// What reports call the capture; nil where only one was named.
  let label: String?
  let replayer: RecordingReplayer
  /// Decides what is told of.
  var selection: Selection
  private(set) var notes: [ReplayNote] = []
  /// What else is to be said of the capture, behind its output.
  var messages: [Message] = []
  /// Which of the inputs it is, from 0.
  let number: Int

  private let output: PassOutput

  init(
    path: String, label: String?, number: Int, replayer: RecordingReplayer, selection: Selection,
    output: PassOutput
  ) {
    self.number = number
    self.path = path
    self.label = label
    self.replayer = replayer
    self.selection = selection
    self.output = output
  }

  /// Emits what is observed in the capture and selected.
  func observe(services: InspectionServices, _ emit: (Observation) -> Void) throws(ReplayError) {
    notes += try replayer.observe(services: services) { observation in
      if selection.admits(observation) { emit(observation) }
    }
  }

  /// Emits everything that is observed in the capture, and whether it is selected; bodies go to `bodies`.
  func observeAll(
    services: InspectionServices, bodies: (any BodyStore)?, onPacket: PacketOwner? = nil,
    _ emit: (_ observation: Observation, _ isSelected: Bool) -> Void
  ) throws(ReplayError) {
    notes += try replayer.observe(services: services, bodies: bodies, onPacket: onPacket) { observation in
      emit(observation, selection.admits(observation))
    }
  }

  /// Emits all events of the capture; what of them is told is left to the caller.
  func replay(_ emit: (_ event: SessionEvent, _ packet: UInt64?) -> Void) throws(ReplayError) {
    notes += try replayer.replay(emit)
  }

  /// Adds what was noted of the capture otherwise.
  func add(_ notes: [ReplayNote]) {
    self.notes += notes
  }

  /// Lets `body` append to the output.
  func write(_ body: (inout [UInt8]) -> Void) {
    output.append(body)
  }
}
