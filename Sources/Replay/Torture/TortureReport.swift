import JSONText
import SessionEvents

/// What came of torturing one recording, for people or as JSON Lines; `docs/SCHEMA.md` explains every field of those.
public struct TortureReport {
  private let path: String
  private let outcome: TortureOutcome

  public init(_ outcome: TortureOutcome, path: String) {
    self.path = path
    self.outcome = outcome
  }

  // MARK: JSON

  /// The line of the recording; `file` is set where several are read.
  public func jsonLine(file: String?) -> [UInt8] {
    var json = JSONWriter()
    let outcome = outcome
    json.object { json in
      json.beginLine(file)
      json.field("verdict", outcome.failure == nil ? "held" : "differs")
      json.field("seed", outcome.seed)
      json.field("rounds", outcome.roundCount)
      json.field("mutations", outcome.mutationCount)
      json.field("packets", outcome.packetCount)
      json.field("sessions", outcome.sessionCount)
      json.field("whole_sessions", outcome.wholeSessionCount)
      json.field("failure") { json in
        guard let failure = outcome.failure else { return json.null() }
        json.object { $0.failureFields(failure, savedAs: outcome.savedAs) }
      }
    }
    json.endLine()
    return json.bytes
  }

  /// What is saved beside a capture that failed: how to make it again.
  public static func description(of failure: Torture.Failure, path: String, seed: UInt64) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.beginLine(nil)
      json.field("recording", path)
      json.field("seed", seed)
      json.failureFields(failure, savedAs: nil)
    }
    json.endLine()
    return json.bytes
  }

  // MARK: Text

  /// The verdict in a line, and what differs below it.
  ///
  ///     page.pcap: held for 100 rounds of seed 7, 1,234 mutations
  public func text(_ options: ShowOptions) -> [UInt8] {
    var output: [UInt8] = []
    var line = StyledLine(indent: 2)
    line.add("\(DisplayText.safe(path)):", .bold)
    let rounds = HumaneUnits.plural(outcome.roundCount, "round")
    let mutations = HumaneUnits.plural(outcome.mutationCount, "mutation")
    if let failure = outcome.failure {
      line.add("differs in round \(failure.round) of seed \(outcome.seed)", .bad)
    } else {
      line.add("held for \(rounds) of seed \(outcome.seed), \(mutations)", .good)
    }
    line.write(width: options.width, color: options.color, into: &output)
    guard let failure = outcome.failure else { return output }
    let difference = failure.difference
    let packet = difference.packet.map { ", packet \(HumaneUnits.count($0))" } ?? ""
    add("session #\(difference.session)\(packet)", options, into: &output)
    add("expected: \(DisplayText.safe(difference.expected))", options, into: &output)
    add("found:    \(DisplayText.safe(difference.found))", options, into: &output)
    add(
      "\(failure.mutations.count) of \(failure.mutationCount) mutations are enough:", options, into: &output)
    for mutation in failure.mutations { add("  \(mutation)", options, into: &output) }
    if let name = outcome.savedAs { add("saved as \(DisplayText.safe(name))", options, into: &output) }
    return output
  }

  private func add(_ text: String, _ options: ShowOptions, into output: inout [UInt8]) {
    var line = StyledLine(indent: 6)
    line.add("  ")
    for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      line.add(String(word), separator: index == 0 ? "" : " ")
    }
    line.write(width: options.width, color: options.color, into: &output)
  }
}

/// What came of torturing one recording.
public struct TortureOutcome: Sendable {
  public var seed: UInt64
  public var roundCount: UInt64 = 0
  /// Of all rounds.
  public var mutationCount: UInt64 = 0
  public var packetCount: UInt64
  public var sessionCount: Int
  public var wholeSessionCount: Int
  public var failure: Torture.Failure?
  /// Where the mutated capture was saved.
  public var savedAs: String?

  public init(_ subject: TortureSubject, seed: UInt64) {
    self.seed = seed
    packetCount = subject.packetCount
    sessionCount = subject.sessionCount
    wholeSessionCount = subject.wholeSessionCount
  }
}

extension JSONWriter {
  fileprivate mutating func failureFields(_ failure: Torture.Failure, savedAs: String?) {
    field("round", failure.round)
    field("session", failure.difference.session.rawValue)
    field("packet", failure.difference.packet)
    field("expected", failure.difference.expected)
    field("found", failure.difference.found)
    field("mutations") { json in
      json.array { json in
        for mutation in failure.mutations { json.object { $0.fields(of: mutation) } }
      }
    }
    if let savedAs { field("saved_as", savedAs) }
  }

  private mutating func fields(of mutation: Mutation) {
    switch mutation {
    case .renumber(let session, let direction, let count):
      mutationFields("renumber", session, direction)
      field("by", count)
    case .cut(let session, let direction, let place):
      mutationFields("cut", session, direction)
      field("offset", place)
    case .join(let session, let direction, let place):
      mutationFields("join", session, direction)
      field("offset", place)
    case .again(let session, let direction, let range, let packet):
      mutationFields("again", session, direction)
      rangeFields(range)
      field("after", packet)
    case .drop(let session, let direction, let range):
      mutationFields("drop", session, direction)
      rangeFields(range)
    case .delay(let target, let count):
      targetFields("delay", target)
      field("by", count)
    case .fragment(let target, let size, let order):
      targetFields("fragment", target)
      field("size", size)
      field("order", order.rawValue)
    }
  }

  private mutating func mutationFields(_ name: String, _ session: SessionID, _ direction: Direction) {
    field("mutation", name)
    field("session", session.rawValue)
    field("from", direction.sender.rawValue)
  }

  private mutating func rangeFields(_ range: Range<Int64>) {
    field("offset", range.lowerBound)
    field("length", range.upperBound - range.lowerBound)
  }

  private mutating func targetFields(_ name: String, _ target: MutationTarget) {
    switch target {
    case .segment(let session, let direction, let place):
      mutationFields(name, session, direction)
      field("offset", place)
    case .packet(let number):
      field("mutation", name)
      field("packet", number)
    }
  }
}
