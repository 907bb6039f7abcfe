import CaptureFile
import Replay
import SessionEvents
import TestSupport
import Testing

/// Captures of more than one framing, and in other files than plain pcap.
@Suite struct `Capture variety` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  /// A UDP datagram "hi" from 10.0.0.1:7 to 10.0.0.2:9 in IPv4.
  private static let datagram = [UInt8](
    hex: "4500 001e 0001 0000 4011 0000 0a000001 0a000002 0007 0009 000a 0000 6869")

  private func write(_ name: String, link: UInt8, seconds: UInt8, _ frame: [UInt8]) throws -> String {
    let length: [UInt8] = [UInt8(frame.count), 0, 0, 0]
    return try files.write(
      [UInt8](hex: "d4c3b2a1 0200 0400 00000000 00000000 ffff0000") + [
        link, 0, 0, 0, seconds, 0, 0, 0, 0, 0, 0, 0,
      ]
        + length + length + frame, to: name)
  }

  private func merge(_ paths: [String]) throws -> String {
    let path = files.path("merged.pcapng")
    let run = try ToolRun(["mergecap", "-w", path] + paths)
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  private func replay(_ path: String) throws -> (events: [String], notes: [String]) {
    var events: [String] = []
    let notes = try RecordingReplayer(path: path).replay { event, _ in events.append(Bench.short(event.kind))
    }
    return (events, notes.map(\.description))
  }

  @Test func `reads every packet by its own interface's framing`() throws {
    let raw = try write("raw", link: 101, seconds: 1, Self.datagram)
    let ethernet = try write(
      "ethernet", link: 1, seconds: 2, [UInt8](repeating: 2, count: 12) + [8, 0] + Self.datagram)
    let (events, notes) = try replay(try merge([raw, ethernet]))
    #expect(
      events == [
        "udp 10.0.0.1:7 > 10.0.0.2:9", "client datagram: hi", "client datagram: hi", "closed idle",
      ])
    #expect(notes == [])
  }

  @Test func `passes over packets of an interface that it does not know, and says so`() throws {
    let raw = try write("raw", link: 101, seconds: 2, Self.datagram)
    let wireless = try write("wireless", link: 105, seconds: 1, [UInt8](repeating: 8, count: 40))
    let (events, notes) = try replay(try merge([raw, wireless]))
    #expect(events == ["udp 10.0.0.1:7 > 10.0.0.2:9", "client datagram: hi", "closed idle"])
    #expect(
      notes == ["1 packet skipped: link type 105 (IEEE802_11: 802.11) is not supported (first: packet 1)"])
  }

  @Test func `refuses a capture that has nothing else`() throws {
    let first = try write("one", link: 105, seconds: 1, [UInt8](repeating: 8, count: 40))
    let second = try write("two", link: 127, seconds: 2, [UInt8](repeating: 0, count: 40))
    let merged = try merge([first, second])
    #expect(throws: ReplayError.capture(.linkType(path: merged, number: 105))) { try replay(merged) }
    #expect(throws: ReplayError.capture(.linkType(path: first, number: 105))) { try replay(first) }
  }

  @Test func `reads compressed captures with the sidecar of the plain ones`() throws {
    let plain = try write("a.pcap", link: 101, seconds: 1, Self.datagram)
    for (command, name) in [("gzip -c", "a.pcap.gz"), ("zstd -qc", "a.pcap.zst")] {
      _ = try ToolRun(["sh", "-c", "\(command) '\(plain)' > '\(files.path(name))'"])
      #expect(try replay(files.path(name)).events == replay(plain).events)
    }
    _ = try files.write(Array("no sidecar\n".utf8), to: "a.sessions.jsonl")
    let sidecar = files.path("a.sessions.jsonl")
    #expect(throws: ReplayError.capture(.notASidecar(path: sidecar))) { try replay(files.path("a.pcap.zst")) }
  }

  @Test func `puts fragments of a tunnel together, and reads what is in it`() throws {
    // IPv6 around GRE around the datagram, in two fragments of IPv6.
    let gre = [UInt8](hex: "0000 0800") + Self.datagram
    func fragment(_ range: Range<Int>, _ more: UInt8) -> [UInt8] {
      [0x60, 0, 0, 0, 0, UInt8(8 + range.count), 44, 64]
        + [UInt8](hex: "fd00 0000 0000 0000 0000 0000 0000 0001 fd00 0000 0000 0000 0000 0000 0000 0002")
        + [47, 0, 0, UInt8(range.lowerBound) | more, 0, 0, 0, 1] + gre[range]
    }
    let first = try write("one", link: 101, seconds: 1, fragment(0..<16, 1))
    let second = try write("two", link: 101, seconds: 2, fragment(16..<gre.count, 0))
    #expect(
      try replay(try merge([first, second])).events
        == ["udp 10.0.0.1:7 > 10.0.0.2:9", "client datagram: hi", "closed idle"])
  }
}
