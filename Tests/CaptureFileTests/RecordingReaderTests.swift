import CaptureFile
import Foundation
import SessionEvents
import TestSupport
import Testing

@Suite struct `Recording reader` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  /// Writes a sidecar whose lines stand after so many packets, and are told apart by their session.
  private func writeSidecar(after counts: [UInt64]) throws {
    let header = SidecarHeader(created: Timestamp(nanoseconds: 0), tool: "test", linkType: "raw")
    var writer = try SidecarWriter(path: files.path("a.sessions.jsonl"), header: header)
    for (index, after) in counts.enumerated() {
      try writer.write(
        SidecarLine(
          after: after, session: SessionID(UInt64(index)), time: Timestamp(nanoseconds: 0),
          content: .halfClosed(.clientToServer)))
    }
    try writer.close()
  }

  /// `p1` is packet 1, `s0` the sidecar's line of session 0.
  private func story() throws -> [String] {
    var reader = try RecordingReader(path: files.path("a.pcap"))
    var story: [String] = []
    do throws(CaptureError) {
      while let part = try reader.next(
        line: { "s\($0.session?.rawValue ?? 99)" }, packet: { packet, _ in "p\(packet.number)" })
      {
        story.append(part)
      }
    } catch {
      story.append(error.description)
      let end = try reader.next(line: { _ in "line" }, packet: { _, _ in "packet" })
      #expect(end == nil)
    }
    return story
  }

  @Test func `delivers lines after the packets before them`() throws {
    try writeCapture(files.path("a.pcap"), [[1], [2], [3]])
    try writeSidecar(after: [0, 0, 1, 3, 3, 9])
    #expect(try story() == ["s0", "s1", "p1", "s2", "p2", "p3", "s3", "s4", "s5"])
  }

  @Test func `reads a capture without a sidecar`() throws {
    try writeCapture(files.path("a.pcap"), [[1], [2]])
    #expect(try story() == ["p1", "p2"])
    let reader = try RecordingReader(path: files.path("a.pcap"))
    let hasSidecar = reader.hasSidecar
    #expect(!hasSidecar)
  }

  @Test func `delivers the rest of the sidecar before the error of a capture cut short`() throws {
    try writeCapture(files.path("whole.pcap"), [[1], [2]])
    _ = try files.write(try files.read("whole.pcap").dropLast(), to: "a.pcap")
    try writeSidecar(after: [1, 2, 2])
    let path = files.path("a.pcap")
    #expect(try story() == ["p1", "s0", "s1", "s2", "\"\(path)\" is cut short in packet 2"])
  }

  @Test func `speaks of the capture first where both files are missing or bad`() throws {
    _ = try files.write([], to: "a.pcap")
    _ = try files.write([1], to: "a.sessions.jsonl")
    #expect(throws: CaptureError.empty(path: files.path("a.pcap"))) {
      _ = try RecordingReader(path: files.path("a.pcap"))
    }
  }
}
