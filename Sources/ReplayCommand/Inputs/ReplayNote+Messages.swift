import CaptureFile
import Replay

extension [ReplayNote] {
  /// What to say of a capture that was read: remarks first, then damage, and what to make of that.
  func messages(of label: String?) -> [Message] {
    let damage = filter(\.isDamage)
    return filter { !$0.isDamage }.map { .note($0.text(of: label)) }
      + damage.enumerated().map { index, note in
        .error(note.text(of: label), hint: index == damage.count - 1 ? note.hint : nil)
      }
  }
}

extension ReplayNote {
  /// With the capture's name, where it does not begin with one.
  fileprivate func text(of label: String?) -> String {
    let text = "\(self)"
    guard let label, !text.hasPrefix("'") else { return text }
    return "'\(label)': \(text)"
  }

  /// What to make of damage.
  fileprivate var hint: String? {
    switch kind {
    case .captureCut: "everything before that was read"
    case .sidecarCut: "what the sidecar lacks was taken from the packets; --no-sidecar ignores it altogether"
    case .recordingUnfinished: "everything up to that moment was read"
    case .recordingLost: "what was recorded before that was read"
    case .packetsSkipped, .bytesAfterClose, .conflictingOverlap, .bytesBeyondEnd, .bytesBeforeStart,
      .bytesAfterGap, .strayBytes, .bytesInReset, .resetIgnored, .pendingLimit, .sessionLimit,
      .fragmentsIncomplete, .fragmentsConflict, .fragmentsOverlap, .fragmentsMalformed, .fragmentLimit:
      nil
    }
  }
}

extension ReplayError {
  /// What to do about it, at a command line.
  var commandHint: String? {
    guard case .capture(let error) = self else { return hint }
    switch error {
    case .system: return "check the path and its permissions"
    case .empty, .truncatedHeader: return "was the recording stopped before its first packet was written?"
    case .notACapture(let path, _): return Self.hint(notACapture: path)
    case .notASidecar, .sidecarVersion, .sidecarLine: return "read the packets alone with --no-sidecar"
    default: return hint
    }
  }

  private static func hint(notACapture path: String) -> String {
    let suffix = ".sessions.jsonl"
    guard path.hasSuffix(suffix) else {
      return "'replay' reads pcap and pcapng files, such as 'relay' and tcpdump write"
    }
    return "it is a sidecar; name the capture beside it: '\(path.dropLast(suffix.count)).pcap'"
  }
}
