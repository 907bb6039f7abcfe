import CaptureFile
import Foundation
import SessionEvents
import TestSupport
import Testing

@Suite struct `Capture reader` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  private func openingError(_ path: String) -> CaptureError? {
    do throws(CaptureError) {
      _ = try CaptureReader(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test func `says that a file is missing`() {
    let path = files.path("a.pcap")
    #expect(openingError(path)?.description == "'\(path)': open: No such file or directory")
  }

  @Test func `says that a file is empty`() throws {
    let path = try files.write([], to: "a.pcap")
    #expect(openingError(path) == .empty(path: path))
    #expect(openingError(path)?.description == "'\(path)' is empty")
  }

  @Test func `says that a path is a directory`() {
    let path = files.url.path
    #expect(openingError(path)?.description == "'\(path)' is a directory, not a capture")
  }

  @Test func `says that a file is no capture`() throws {
    let path = try files.write(Array("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n".utf8), to: "a.pcap")
    #expect(
      openingError(path)?.description
        == "'\(path)' is no pcap or pcapng capture: unknown file format")
  }

  @Test func `says that a capture is compressed`() throws {
    let path = try files.write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], to: "a.pcap.gz")
    #expect(openingError(path) == .compressed(path: path, .gzip))
  }

  @Test func `says that the file header is cut short`() throws {
    try writeCapture(files.path("whole.pcap"), [])
    let whole = try files.read("whole.pcap")
    for count in [4, 10, 23] {
      let path = try files.write(Array(whole.prefix(count)), to: "a.pcap")
      #expect(openingError(path) == .truncatedHeader(path: path))
    }
    let path = files.path("a.pcap")
    #expect(openingError(path)?.description == "'\(path)' ends inside the capture's file header")
  }

  @Test func `delivers everything before the packet in which a file is cut short`() throws {
    let packets = [[1, 2, 3], [4, 5, 6, 7], [8]] as [[UInt8]]
    try writeCapture(files.path("whole.pcap"), packets)
    let whole = try files.read("whole.pcap")
    let ends = [24, 24 + 19, 24 + 19 + 20, 24 + 19 + 20 + 17]
    #expect(whole.count == ends[3])
    for count in 24...whole.count {
      let path = try files.write(Array(whole.prefix(count)), to: "a.pcap")
      let (read, error) = try readCapture(path)
      let wholeCount = ends.count(where: { $0 <= count }) - 1
      #expect(read == Array(packets.prefix(wholeCount)))
      let expected: CaptureError? =
        ends.contains(count)
        ? nil : .truncated(path: path, packet: UInt64(wholeCount) + 1, offset: UInt64(count))
      #expect(error == expected)
    }
    let path = try files.write(whole.dropLast(), to: "a.pcap")
    let error = try #require(try readCapture(path).error)
    #expect(error.description == "'\(path)' is cut short in packet 3, at byte 79")
    #expect(error.hint == "everything before that packet was read")
  }

  @Test func `says which record is malformed`() throws {
    try writeCapture(files.path("whole.pcap"), [[1], [2]])
    var bytes = try files.read("whole.pcap")
    bytes.replaceSubrange(24 + 17 + 8..<24 + 17 + 12, with: [0xff, 0xff, 0xff, 0x7f])
    let path = try files.write(bytes, to: "a.pcap")
    let (packets, error) = try readCapture(path)
    #expect(packets == [[1]])
    guard case .malformed(path: path, packet: 2, offset: _, text: let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("length"))
  }

  @Test func `reads pcapng, and captures of microseconds`() throws {
    try writeCapture(files.path("a.pcap"), [[0x45, 1, 2], [0x45, 3]])
    for format in ["pcapng", "pcap"] {
      let run = try ToolRun(["editcap", "-F", format, files.path("a.pcap"), files.path("b")])
      #expect(run.status == 0, "\(run.errors)")
      var reader = try CaptureReader(path: files.path("b"))
      let first = try reader.next { packet, bytes in (packet, bytes.copied) }
      let second = try reader.next { packet, bytes in (packet, bytes.copied) }
      #expect(first?.1 == [0x45, 1, 2])
      #expect(
        second?.0
          == CapturedPacket(number: 2, time: Timestamp(nanoseconds: 1_000), originalLength: 2, linkNumber: 12)
      )
    }
  }

  @Test func `reads a pipe`() throws {
    try writeCapture(files.path("a.pcap"), [[1], [2]])
    let path = files.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "cat '\(files.path("a.pcap"))' > '\(path)'"]
    try writer.run()
    #expect(try readCapture(path).packets == [[1], [2]])
    writer.waitUntilExit()
  }
}
