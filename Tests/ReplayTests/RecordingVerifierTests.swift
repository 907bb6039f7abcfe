import Foundation
import Replay
import SessionEvents
import TestSupport
import Testing

@Suite struct `Recording verifier` {
  private static let names = [
    "bad-certificates", "dns-tcp", "dns-udp", "http1-cut", "http1-framing", "http1-head-and-upload",
    "http1-pipelined", "http1-plain", "http1-tls", "http2", "http2-streams", "python-urllib", "smtp",
    "unreachable",
  ]

  /// A copy of a recording in `fixtures`, whose bytes can be changed.
  private final class Copy {
    private let directory: TemporaryDirectory
    private(set) var capture: [UInt8]
    private(set) var sidecar: [UInt8]

    init(_ name: String) throws {
      directory = try TemporaryDirectory()
      capture = try Fixtures.bytes("\(name).pcap")
      sidecar = try Fixtures.bytes("\(name).sessions.jsonl")
    }

    func verdict(capture: [UInt8]? = nil, sidecar: [UInt8]? = nil) throws -> Verdict {
      let path = try directory.write(capture ?? self.capture, to: "a.pcap")
      _ = try directory.write(sidecar ?? self.sidecar, to: "a.sessions.jsonl")
      return try RecordingVerifier(path: path).verify()
    }

    /// The capture's records.
    var records: [[UInt8]] {
      var records: [[UInt8]] = []
      var offset = 24
      while offset < capture.count {
        let length = Int(capture[offset + 8]) | Int(capture[offset + 9]) << 8
        records.append(Array(capture[offset..<offset + 16 + length]))
        offset += 16 + length
      }
      return records
    }

    func capture(of records: [[UInt8]]) -> [UInt8] { Array(capture.prefix(24)) + records.flatMap { $0 } }

    var lines: [String] { String(decoding: sidecar, as: UTF8.self).split(separator: "\n").map(String.init) }

    func sidecar(of lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }
  }

  /// What a byte of a record with an IP packet belongs to.
  private enum Part: Hashable {
    case time
    case capturedLength
    case length
    case network
    case transport
    case payload

    init(_ offset: Int, of record: [UInt8]) {
      let isIPv4 = record[16] >> 4 == 4
      let network = 16 + (isIPv4 ? 20 : 40)
      let isTCP = record[isIPv4 ? 25 : 22] == 6
      let transport = network + (isTCP ? Int(record[network + 12] >> 4) * 4 : 8)
      switch offset {
      case ..<8: self = .time
      case ..<12: self = .capturedLength
      case ..<16: self = .length
      case ..<network: self = .network
      case ..<transport: self = .transport
      default: self = .payload
      }
    }
  }

  static var jsonLines: [String] {
    get throws {
      let copy = try Copy("http1-plain")
      var capture = copy.capture
      // In the first request.
      let place = try #require(
        capture.indices.first { capture[$0...].starts(with: Array("GET /".utf8)) })
      capture[place + 5] ^= 0x20
      let report = VerificationReport(try copy.verdict(capture: capture), path: "a.pcap")
      return String(decoding: report.jsonLines(file: nil), as: UTF8.self).split(separator: "\n").map(
        String.init)
    }
  }

  @Test(arguments: names) func `proves recordings of real programs`(name: String) throws {
    let verdict = try Copy(name).verdict()
    #expect(verdict.outcome == .proved, "\(verdict.differences) \(verdict.doubts)")
  }

  /// IPv6 and IPv4, TCP and UDP.
  @Test(arguments: ["http1-plain", "http1-head-and-upload"])
  func `finds a change in every byte but those that nothing is held against`(name: String) throws {
    let copy = try Copy(name)
    var start = 24
    for (index, record) in copy.records.enumerated() {
      for offset in stride(from: index % 5, to: record.count, by: 5) {
        var capture = copy.capture
        capture[start + offset] ^= offset % 2 == 0 ? 0x01 : 0x80
        let verdict = try copy.verdict(capture: capture)
        let place = "packet \(index + 1), byte \(offset)"
        switch Part(offset, of: record) {
        case .time:
          #expect(
            verdict.differences.allSatisfy { $0.code == "beginning" }, "\(place): \(verdict.differences)")
        case .capturedLength:
          #expect(verdict.outcome == .differs, "\(place)")
        case .length:
          #expect(verdict.differences.map(\.code) == ["packet"], "\(place): \(verdict.differences)")
        case .network, .transport:
          #expect(verdict.outcome == .differs, "\(place)")
          #expect(verdict.differences.first?.packet == UInt64(index + 1), "\(place): \(verdict.differences)")
          #expect(verdict.differenceCount <= 3, "\(place): \(verdict.differences)")
        case .payload:
          #expect(verdict.differences.count == 1, "\(place): \(verdict.differences)")
          guard case .byte(_, capture[start + offset], record[offset])? = verdict.differences.first?.kind
          else {
            Issue.record("\(place): \(verdict.differences)")
            continue
          }
        }
      }
      start += record.count
    }
  }

  @Test(arguments: ["http1-plain", "http1-head-and-upload"])
  func `finds packets that are gone, doubled or have changed places`(name: String) throws {
    let copy = try Copy(name)
    let records = copy.records
    for place in records.indices {
      var changed = records
      changed.remove(at: place)
      let gone = try copy.verdict(capture: copy.capture(of: changed))
      #expect((1...2).contains(gone.differenceCount), "packet \(place + 1): \(gone.differences)")
      changed.insert(records[place], at: place)
      changed.insert(records[place], at: place)
      let doubled = try copy.verdict(capture: copy.capture(of: changed))
      #expect(doubled.differences.count == 1, "packet \(place + 1): \(doubled.differences)")
      #expect(["repeated", "packets-added"].contains(doubled.differences.first?.code))
      guard place + 1 < records.count else { continue }
      changed = records
      changed.swapAt(place, place + 1)
      let swapped = try copy.verdict(capture: copy.capture(of: changed))
      // Of two datagrams that went opposite ways nothing tells which was first.
      let isProvable = records[place][25] != 17 || records[place + 1][25] != 17
      #expect(
        swapped.differences.map(\.code) == ["out-of-order"] || !isProvable && swapped.differences.isEmpty,
        "packets \(place + 1) and \(place + 2): \(swapped.differences)")
    }
  }

  @Test func `finds lines of the sidecar that are gone, unless they tell what no packet does`() throws {
    let copy = try Copy("http1-tls")
    let lines = copy.lines
    for place in 1..<lines.count {
      var changed = lines
      changed.remove(at: place)
      let verdict = try copy.verdict(sidecar: copy.sidecar(of: changed))
      if lines[place].contains("\"opened\"") {
        #expect(Set(verdict.differences.map(\.code)).isSuperset(of: ["stray-packets", "sidecar"]))
      } else if lines[place].contains("\"closed\"") {
        #expect(verdict.outcome == .unproved)
        #expect(verdict.doubts.first?.contains("has no end in the sidecar") == true)
      } else {
        #expect(verdict.outcome == .proved)
      }
    }
  }

  @Test func `holds every number of a session's end against its packets`() throws {
    let copy = try Copy("http1-plain")
    let place = try #require(
      copy.lines.firstIndex { $0.contains("\"closed\"") && $0.contains("\"session\":2") })
    let line = copy.lines[place]
    for (pattern, code) in [
      (/"bytes":(\d+)/, "byte-count"), (/"crc32c":"([0-9a-f])/, "stream"),
      (/"packets":(\d+)/, "packet-count"),
    ] as [(Regex<(Substring, Substring)>, String)] {
      for match in line.matches(of: pattern) {
        var forged = line
        let digit = match.1.last == "0" ? "1" : "0"
        forged.replaceSubrange(line.index(before: match.1.endIndex)..<match.1.endIndex, with: digit)
        var lines = copy.lines
        lines[place] = forged
        let verdict = try copy.verdict(sidecar: copy.sidecar(of: lines))
        #expect(verdict.differences.map(\.code) == [code], "\(forged)")
        #expect(verdict.differences.first?.session?.rawValue == 2)
      }
    }
    var lines = copy.lines
    lines[place] = line.replacing("\"end\":\"fin\"", with: "\"end\":\"reset\",\"reset_by\":\"client\"")
    #expect(try copy.verdict(sidecar: copy.sidecar(of: lines)).differences.map(\.code) == ["end"])
  }

  @Test func `says what it cannot prove`() throws {
    let capture = Fixtures.folder.appending(path: "corpus/arkime__http2-nghttp2.pcap").path
    let foreign = try RecordingVerifier(path: capture).verify()
    #expect(foreign.outcome == .unproved)
    #expect(foreign.doubts.first == "it has no sidecar beside it: nothing tells what was recorded")
    let copy = try Copy("http1-plain")
    let cut = try copy.verdict(sidecar: Array(copy.sidecar.dropLast(40)))
    #expect(cut.outcome == .unproved)
    #expect(cut.doubts.last == "the sidecar ends within a line: what stood behind it is not known")
    let lost =
      #"{"after":15,"time":"2026-12-01T08:00:00.000000000Z","event":"lost","reason":"write: full","packets":2,"events":3,"bytes":4}"#
    let unwritten = try copy.verdict(sidecar: copy.sidecar(of: copy.lines + [lost]))
    #expect(unwritten.doubts == ["5 packets and events were not recorded: write: full"])
  }

  @Test func `blames a cut capture for no more than its cut`() throws {
    let copy = try Copy("http1-head-and-upload")
    let verdict = try copy.verdict(capture: Array(copy.capture.dropLast(700)))
    #expect(verdict.differences.map(\.code) == ["capture"])
    #expect(verdict.doubts.contains { $0.hasPrefix("session 4 has no end") })
  }

  @Test func `counts differences beyond its limit`() throws {
    let copy = try Copy("http2-streams")
    let records = copy.records
    let damaged = records.map { record in
      var record = record
      record[12] ^= 1
      return record
    }
    let verdict = try copy.verdict(
      capture: copy.capture(of: Array(repeatElement(damaged, count: 40).joined())))
    #expect(verdict.differences.count == Verdict.differenceLimit)
    #expect(verdict.differenceCount > UInt64(Verdict.differenceLimit))
    let report = VerificationReport(verdict, path: "a.pcap").text(ShowOptions())
    #expect(String(decoding: report, as: UTF8.self).contains("  and "))
  }

  @Test func `refuses what is no recording`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Fixtures.bytes("http2.pcap"), to: "a.pcap")
    _ = try directory.write(Array("{}\n".utf8), to: "a.sessions.jsonl")
    #expect(throws: ReplayError.self) { try RecordingVerifier(path: path).verify() }
    #expect(throws: ReplayError.self) { try RecordingVerifier(path: directory.path("none.pcap")).verify() }
  }
}
