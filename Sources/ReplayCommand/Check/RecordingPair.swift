import ContentCoding
import Replay

/// Two recordings of the same, read at a time.
struct RecordingPair {
  private let paths: [String]
  private let canon: Canon
  private let usesSidecar: Bool

  init(_ first: String, _ second: String, _ canon: Canon, usesSidecar: Bool = true) {
    paths = [first, second]
    self.canon = canon
    self.usesSidecar = usesSidecar
  }

  /// Both, the first first; fewer where one cannot be read, which is said.
  func run() -> InputResults<CanonicalRecording> {
    let settings = InputSettings(
      usesSidecar: usesSidecar, criteria: SelectionCriteria(), jobs: 2, readings: 1)
    let canon = canon
    return InputRun(InputList(captures: paths), settings) { pass throws(ReplayError) -> CanonicalRecording? in
      do throws(CanonicalRecording.Failure) {
        let recording = try CanonicalRecording(pass.replayer, canon, services: ContentServices.system)
        // Damage to either makes the comparison one of less than was recorded.
        pass.add(recording.notes.filter(\.isDamage))
        return recording
      } catch {
        switch error {
        case .replay(let error): throw error
        case .golden(let error):
          pass.messages.append(.error("\(error)", hint: error.hint))
          return nil
        }
      }
    }.run().compacted()
  }
}
