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
      let (read, error) = readCapture(path)
      let wholeCount = ends.count(where: { $0 <= count }) - 1
      #expect(read == Array(packets.prefix(wholeCount)))
      let expected: CaptureError? =
        ends.contains(count)
        ? nil : .truncated(path: path, packet: UInt64(wholeCount) + 1, offset: UInt64(count))
      #expect(error == expected)
    }
    let path = try files.write(whole.dropLast(), to: "a.pcap")
    let error = try #require(readCapture(path).error)
    #expect(error.description == "'\(path)' is cut short in packet 3, at byte 79")
    #expect(error.hint == "everything before that packet was read")
  }

  @Test func `says which record is malformed`() throws {
    try writeCapture(files.path("whole.pcap"), [[1], [2]])
    var bytes = try files.read("whole.pcap")
    bytes.replaceSubrange(24 + 17 + 8..<24 + 17 + 12, with: [0xff, 0xff, 0xff, 0x7f])
    let path = try files.write(bytes, to: "a.pcap")
    let (packets, error) = readCapture(path)
    #expect(packets == [[1]])
    guard case .malformed(path: path, packet: 2, offset: 41, text: let text) = error else {
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

  @Test func `says how much of the file was read`() throws {
    try writeCapture(files.path("a.pcap"), [[1], [2]])
    var reader = try CaptureReader(path: files.path("a.pcap"))
    let (start, count) = (reader.position, reader.byteCount)
    #expect(start == 24)
    #expect(count == 58)
    _ = try reader.next { _, _ in }
    let middle = reader.position
    #expect(middle == 41)
  }

  @Test func `says where the record begins that lies about its length, of compressed files too`() throws {
    try writeCapture(files.path("whole.pcap"), [[1], [2], [3]])
    var bytes = try files.read("whole.pcap")
    bytes.replaceSubrange(58 + 8..<58 + 12, with: [0xff, 0xff, 0xff, 0xff])
    let path = try files.write(bytes, to: "a.pcap")
    for command in ["cat", "gzip -c", "zstd -qc"] {
      let other = files.path("b")
      _ = try ToolRun(["sh", "-c", "\(command) '\(path)' > '\(other)'"])
      let (packets, error) = readCapture(other)
      #expect(packets == [[1], [2]])
      guard case .malformed(path: other, packet: 3, offset: 58, text: _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `closes what it opened, also when it fails`() throws {
    let descriptors = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
    let path = try files.write([0x1f, 0x8b, 8, 0], to: "a")
    let before = try descriptors()
    for _ in 0..<400 {
      _ = readCapture(path)
      _ = readCapture(files.url.path)
    }
    // Other tests open files at the same time, but not so many.
    #expect(try descriptors() - before < 300)
  }

  @Test func `takes a snap length of 0 for none`() throws {
    try writeCapture(files.path("whole.pcap"), [[UInt8](repeating: 1, count: 2_000)])
    var bytes = try files.read("whole.pcap")
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    let (packets, error) = readCapture(try files.write(bytes, to: "a.pcap"))
    #expect(packets.map(\.count) == [2_000])
    #expect(error == nil)
  }

  @Test(arguments: ["cat", "gzip -c", "zstd -qc", "editcap -F pcapng - - <"])
  func `reads a pipe, and delivers what came before more comes`(_ command: String) throws {
    let packets = (1...3).map { [UInt8](repeating: $0, count: 40) }
    try writeCapture(files.path("a.pcap"), packets)
    let path = files.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    // The last bytes come only once the first packet was read.
    let gate = files.path("gate")
    #expect(mkfifo(gate, 0o600) == 0)
    let script = """
      \(command) '\(files.path("a.pcap"))' > all
      size=$(($(wc -c < all) - 1))
      { head -c $size all; read line < gate; tail -c 1 all; } > pipe
      """
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", script]
    writer.currentDirectoryURL = files.url
    try writer.run()
    var reader = try CaptureReader(path: path)
    let first = try reader.next { _, bytes in bytes.copied }
    let count = reader.byteCount
    try Data("go\n".utf8).write(to: URL(filePath: gate))
    var read = [first]
    while let packet = try reader.next({ _, bytes in bytes.copied }) { read.append(packet) }
    #expect(read == packets)
    #expect(count == nil)
    writer.waitUntilExit()
  }
}
