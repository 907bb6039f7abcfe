import CaptureFile
import Inspection
import SessionEvents

/// What the first reading of a capture finds out for the second: whose each packet is, and what to say of the sessions.
final class PcapngSurvey {
  private let owners: PacketOwners
  /// Comments of the selected sessions, by the sessions' first packets.
  private let comments: SortedRecords
  /// The first packets of open sessions.
  private var firstPackets: [SessionID: UInt64] = [:]
  private(set) var hosts = HostNameBook()

  init(in directory: OutputDirectory) {
    owners = PacketOwners(in: directory)
    comments = SortedRecords(in: directory)
  }

  var failure: ExportError? { owners.failure ?? comments.failure }

  func note(_ packet: UInt64, of session: SessionID) {
    owners.set(session.rawValue, of: packet)
    firstPackets[session] = min(packet, firstPackets[session] ?? packet)
  }

  /// A session is over, and all is known of it.
  func close(_ session: SessionSummary, isWanted: Bool) {
    guard let first = firstPackets.removeValue(forKey: session.session), isWanted else { return }
    hosts.learn(session)
    let facts = SessionFacts(session)
    let lines =
      ["session \(session.session): \(facts.title.joined(separator: " → "))"]
      + facts.all.map { "\($0.name): \($0.value)" }
    let comment = lines.map { DisplayText.safe($0) }.joined(separator: "\n")
    comments.append(Array(comment.utf8).span)
    comments.end(key: RecordKey(first: Int64(clamping: first), second: session.session.rawValue, third: 0))
  }

  /// What the second reading needs; the first one is over.
  func sessions() throws(ExportError) -> PcapngSessions {
    owners.finish()
    return PcapngSessions(owners: owners, comments: try comments.reading())
  }
}

/// Tells what becomes of each packet, in order.
final class PcapngSessions {
  private let owners: PacketOwners
  private var comments: SortedRecords.Reading
  /// Selected sessions whose first packet was met.
  private var wanted: Set<UInt64> = []

  init(owners: PacketOwners, comments: SortedRecords.Reading) {
    self.owners = owners
    self.comments = comments
  }

  struct Fate {
    /// Whether the packet is one of a selected session.
    var isWanted: Bool
    /// What to say of that, at its first packet.
    var comment: String?
  }

  func fate(of packet: UInt64) throws(ExportError) -> Fate {
    let owner = try owners.session(of: packet)
    var comment: String?
    while let key = try comments.key(), key.first <= Int64(clamping: packet) {
      var bytes: [UInt8] = []
      try comments.next { piece, isLast throws(ExportError) in bytes.append(piece) }
      wanted.insert(key.second)
      if key.second == owner { comment = String(decoding: bytes, as: UTF8.self) }
    }
    return Fate(isWanted: owner != 0 && wanted.contains(owner), comment: comment)
  }
}

/// Numbers the interfaces of a section: one for each framing of packets.
struct PcapngInterfaces {
  private var numbers: [Int32: UInt32] = [:]

  /// The number of the interface for a framing, whose description goes before its first packet.
  mutating func number(of linkNumber: Int32, describedIn output: inout [UInt8]) -> UInt32 {
    if let number = numbers[linkNumber] { return number }
    let number = UInt32(numbers.count)
    numbers[linkNumber] = number
    output += PcapngBlocks.interface(linkNumber: linkNumber)
    return number
  }
}
