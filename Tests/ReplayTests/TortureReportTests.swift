import ContentCoding
import FoundationEssentials
import Replay
import SessionEvents
import TestSupport
import Testing

@Suite struct `Torture report` {
  /// Lines with every field, the first as docs/SCHEMA.md shows it.
  static var jsonLines: [String] {
    get throws {
      let all: [Mutation] = [
        .renumber(SessionID(1), .clientToServer, by: 7), .cut(SessionID(1), .serverToClient, at: 5),
        .join(SessionID(1), .clientToServer, at: 9), .again(SessionID(1), .clientToServer, 2..<5, after: 6),
        .drop(SessionID(1), .serverToClient, 4..<8), .delay(.packet(3), by: 2),
        .fragment(.segment(SessionID(1), .clientToServer, at: 3), size: 24, order: .lastFirst),
      ]
      return try [[delay], all].map { mutations in
        let report = TortureReport(try outcome(mutations), path: "page.pcap")
        return String(decoding: report.jsonLine(file: nil).dropLast(), as: UTF8.self)
      }
    }
  }

  private static let delay = Mutation.delay(.segment(SessionID(2), .clientToServer, at: 0), by: 2)

  private static func outcome(_ mutations: [Mutation]?) throws -> TortureOutcome {
    let replayer = RecordingReplayer(path: Fixtures.folder.appending(path: "http1-tls.pcap").path)
    let subject = try TortureSubject(replayer, services: ContentServices.system)
    var outcome = TortureOutcome(subject, seed: 7)
    outcome.roundCount = 3
    outcome.mutationCount = 61
    guard let mutations else { return outcome }
    let difference = TortureDifference(
      session: SessionID(2), packet: 9, expected: "31 bytes of the client, GET /",
      found: "a gap of 31 bytes of the client")
    outcome.failure = Torture.Failure(
      round: 3, mutationCount: 21, mutations: mutations, difference: difference,
      capture: Torture(subject, seed: 7, services: ContentServices.system).capture(mutations))
    outcome.savedAs = "page.torture-7.pcap"
    return outcome
  }

  @Test func `tells in a line that a recording held`() throws {
    let report = TortureReport(try Self.outcome(nil), path: "page.pcap")
    let text = String(decoding: report.text(ShowOptions()), as: UTF8.self)
    #expect(text == "page.pcap: held for 3 rounds of seed 7, 61 mutations\n")
  }

  @Test func `tells where a recording differs, by what, and where that is saved`() throws {
    let report = TortureReport(try Self.outcome([Self.delay]), path: "page.pcap")
    let text = String(decoding: report.text(ShowOptions()), as: UTF8.self)
    #expect(
      text == """
        page.pcap: differs in round 3 of seed 7
          session #2, packet 9
          expected: 31 bytes of the client, GET /
          found:    a gap of 31 bytes of the client
          1 of 21 mutations are enough:
            #2 client: the segment with byte 0 comes 2 later
          saved as page.torture-7.pcap

        """)
  }

  @Test func `describes a case with what makes it again`() throws {
    let failure = try #require(try Self.outcome([Self.delay]).failure)
    let bytes = TortureReport.description(of: failure, path: "page.pcap", seed: 7)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix(#"{"v":1,"recording":"page.pcap","seed":7,"round":3,"session":2,"packet":9,"#))
    #expect(text.hasSuffix(#"[{"mutation":"delay","session":2,"from":"client","offset":0,"by":2}]}"# + "\n"))
  }
}
