import SessionEvents

/// Recordings that were verified together, and whether the sessions that a rotation cut meet.
public struct RecordingChain {
  private struct Place: Hashable {
    var directory: Substring
    var name: Substring

    init(_ path: String) {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      name = parts.last ?? ""
      directory = path.dropLast(name.utf8.count)
    }

    init(_ name: String, beside place: Place) {
      directory = place.directory
      self.name = name[...]
    }
  }

  private let verdicts: [Place: (path: String, verdict: Verdict)]

  public init(_ verdicts: [(path: String, verdict: Verdict)]) {
    self.verdicts = Dictionary(verdicts.map { (Place($0.path), $0) }) { first, _ in first }
  }

  /// Where parts do not meet: the recording with the later part, and how.
  ///
  /// Parts of recordings that are not all here are passed over, and those whose earlier recording has no end.
  public var differences: [(path: String, difference: Difference)] {
    verdicts.sorted { $0.value.path < $1.value.path }.flatMap { place, later in
      later.verdict.cuts.compactMap { cut in
        difference(of: cut, at: place).map {
          (later.path, Difference(.continuation($0), session: cut.session))
        }
      }
    }
  }

  private func difference(of cut: SessionCut, at place: Place) -> String? {
    guard case .comes(let recording) = cut.side,
      let earlier = verdicts[Place(recording, beside: place)]?.verdict, earlier.doubts.isEmpty
    else { return nil }
    let parts = earlier.cuts.filter { $0.session == cut.session && $0.goesOn(in: place.name) }
    guard let part = parts.first else { return "it comes from '\(recording)', where it does not go on" }
    guard part.clientPosition == cut.clientPosition, part.serverPosition == cut.serverPosition else {
      return "it does not begin where it was left in '\(recording)'"
    }
    return nil
  }
}

extension SessionCut {
  fileprivate func goesOn(in name: Substring) -> Bool {
    guard case .goesOn(let recording) = side else { return false }
    return recording == name
  }
}
