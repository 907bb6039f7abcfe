import ContentCoding
import FoundationEssentials
import Inspection
import Replay
import SessionEvents
import Testing

/// `docs/SCHEMA.md` and what the reports write must agree.
@Suite struct `Schema` {
  static func document() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return String(decoding: try Data(contentsOf: URL(filePath: "/\(root)/docs/SCHEMA.md")), as: UTF8.self)
  }

  static var events: [SessionEvent] {
    let facts = SampleObservations.web.serverTLS ?? TLSFacts(version: "", cipher: "", alpn: nil)
    let kinds: [SessionEvent.Kind] = [
      .opened(SampleObservations.web.opening), .clientHello([1, 0, 0]), .secured(.server, facts),
      .bypassed(.requested("*.test")), .bytes(.clientToServer, Array("GET".utf8)),
      .datagram(.serverToClient, [0xff]), .gap(.serverToClient, byteCount: 7),
      .conflict(.serverToClient, offset: 3, byteCount: 2), .halfClosed(.clientToServer),
      .closed(SessionClosing(.reset(by: .server), cause: .tlsFailed(.client, "alert"))),
    ]
    return kinds.enumerated().map { index, kind in
      SessionEvent(session: SessionID(1), index: UInt64(index), time: SampleObservations.time(0), kind: kind)
    }
  }

  static func sessionLines() throws -> [String] {
    var report = SessionsReport(.json(try #require(ContentServices.system.digests)))
    var output: [UInt8] = []
    for session in [SampleObservations.web, SampleObservations.hidden] {
      report.receive(
        SessionEvent(
          session: session.session, index: 0, time: session.opened, kind: .opened(session.opening)))
      var closed = session
      closed.closed = SampleObservations.time(9)
      closed.closing = SessionClosing(.fin)
      report.close(closed, into: &output)
    }
    report.finish(into: &output)
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  static func eventLines() -> [String] {
    var report = EventsReport(includesData: true)
    var output: [UInt8] = []
    for event in events { report.receive(event, packet: 3, into: &output) }
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    "replay exchanges", "replay events", "replay list --json", "replay extract --json", "replay stats --json",
    "replay verify --json", "replay check --json", "replay torture --json",
  ])
  func `explains every field that is written, and no other`(report: String) throws {
    let lines: [String] =
      switch report {
      case "replay exchanges": `Exchanges report`.lines(SampleObservations.all)
      case "replay events": Self.eventLines()
      case "replay extract --json": `Body extraction`.jsonLines
      case "replay stats --json": `Traffic statistics`.jsonLines(SampleObservations.all)
      case "replay check --json": try `Golden report`.jsonLines
      case "replay verify --json": try `Recording verifier`.jsonLines
      case "replay torture --json": try `Torture report`.jsonLines
      default: try Self.sessionLines()
      }
    var written: Set<String> = []
    for line in lines {
      written.formUnion(try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)).keys)
    }
    let common = try fields(of: "Fields in common")
    let explained = try fields(of: report).union(common)
    #expect(written.subtracting(explained) == [])
    #expect(explained.subtracting(written).subtracting(common) == [])
  }

  @Test func `shows examples that the tool writes`() throws {
    let document = try Self.document()
    let examples =
      [
        `Exchanges report`.lines(SampleObservations.http)[1],
        `Exchanges report`.lines(SampleObservations.dns)[0],
        Self.eventLines()[0], Self.eventLines()[4], try Self.sessionLines()[0],
        `Traffic statistics`.jsonLines(`Traffic statistics`.recording)[0],
        `Traffic statistics`.jsonLines(`Traffic statistics`.recording)[1],
      ] + (try `Recording verifier`.jsonLines) + [
        try `Golden report`.jsonLines[0], try `Golden report`.jsonLines[7],
      ] + (try `Torture report`.jsonLines.prefix(1))
    for example in examples { #expect(document.contains("\n\(example)\n"), "\(example)") }
  }

  /// The names in the first column of the tables of one section.
  private func fields(of section: String) throws -> Set<String> {
    let sections = try Self.document().split(separator: "\n## ")
    let text = try #require(
      sections.first { $0.hasPrefix(section) || $0.hasPrefix("`\(section)`") }, "\(section)")
    var names: Set<String> = []
    for row in text.split(separator: "\n") where row.hasPrefix("| `") {
      let cell = row.split(separator: "|")[0]
      for name in cell.split(separator: "`").enumerated() where name.offset % 2 == 1 {
        names.formUnion(name.element.split(separator: ".").suffix(1).map(String.init))
      }
    }
    return names
  }
}
