import CaptureFile
import Foundation
import SessionEvents
import TestSupport
import Testing

@Suite struct `Capture writer` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  @Test func `writes what the reader reads, to the nanosecond`() throws {
    let path = files.path("a.pcap")
    let times: [Int64] = [0, 1, 999_999_999, 1_764_000_000_123_456_789]
    var writer = try CaptureWriter(path: path, linkNumber: 1)
    for (index, time) in times.enumerated() {
      let packet = [UInt8](repeating: UInt8(index), count: index * 30_000)
      try writer.write(time: Timestamp(nanoseconds: time), packet.span)
    }
    let count = writer.packetCount
    #expect(count == 4)
    try writer.close()

    var reader = try CaptureReader(path: path)
    let link = reader.linkNumber
    #expect(link == 1)
    for (index, time) in times.enumerated() {
      let read = try reader.next { packet, bytes in (packet, bytes.copied) }
      let (packet, bytes) = try #require(read)
      #expect(
        packet
          == CapturedPacket(
            number: UInt64(index) + 1, time: Timestamp(nanoseconds: time), originalLength: index * 30_000,
            linkNumber: 1))
      #expect(bytes == [UInt8](repeating: UInt8(index), count: index * 30_000))
    }
    let end: Void? = try reader.next { _, _ in }
    #expect(end == nil)
  }

  @Test func `makes files for their owner alone`() throws {
    try writeCapture(files.path("a.pcap"), [])
    let attributes = try FileManager.default.attributesOfItem(atPath: files.path("a.pcap"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `refuses a path that exists`() throws {
    let path = try files.write([1, 2, 3], to: "a.pcap")
    let error = #expect(throws: CaptureError.exists(path: path)) {
      _ = try CaptureWriter(path: path, linkNumber: 1)
    }
    #expect(error?.description == "'\(path)' exists already")
    #expect(error?.hint == "choose another path, or replace the file with --force")
    #expect(try files.read("a.pcap") == [1, 2, 3])
  }

  @Test func `replaces a link, not what it points to`() throws {
    _ = try files.write([1, 2, 3], to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: files.path("a.pcap"), withDestinationPath: files.path("precious"))
    var writer = try CaptureWriter(path: files.path("a.pcap"), linkNumber: 12, replacing: true)
    try writer.close()
    #expect(try files.read("precious") == [1, 2, 3])
    #expect(readCapture(files.path("a.pcap")).error == nil)
  }

  @Test func `replaces no directory and no device`() throws {
    let path = files.url.path
    #expect(throws: CaptureError.isDirectory(path: path)) {
      _ = try CaptureWriter(path: path, linkNumber: 1, replacing: true)
    }
    #expect(throws: CaptureError.notReplaceable(path: "/dev/null")) {
      _ = try CaptureWriter(path: "/dev/null", linkNumber: 1, replacing: true)
    }
  }

  @Test func `says which call failed, and why`() throws {
    let path = files.path("missing/a.pcap")
    let error = #expect(throws: CaptureError.self) { _ = try CaptureWriter(path: path, linkNumber: 1) }
    #expect(error?.description == "'\(path)': open: No such file or directory")
  }

  @Test func `ends with a whole packet at every moment`() throws {
    let path = files.path("a.pcap")
    var random = SeededRandom(seed: 3)
    var writer = try CaptureWriter(path: path, linkNumber: 12)
    var seenCount = 0
    for index in 0..<600 {
      let packet = [UInt8](repeating: 7, count: Int.random(in: 0...9_000, using: &random))
      try writer.write(time: Timestamp(nanoseconds: 0), packet.span)
      guard index.isMultiple(of: 20) else { continue }
      let (packets, error) = readCapture(path)
      #expect(error == nil)
      #expect(packets.count >= seenCount)
      seenCount = packets.count
    }
    #expect(seenCount > 0)
    try writer.flush()
    #expect(readCapture(path).packets.count == 600)
  }

  @Test func `takes no packet once closed`() throws {
    var writer = try CaptureWriter(path: files.path("a.pcap"), linkNumber: 12)
    try writer.close()
    try writer.close()
    let error: CaptureError?
    do throws(CaptureError) {
      try writer.write(time: Timestamp(nanoseconds: 0), [UInt8]().span)
      error = nil
    } catch let thrown {
      error = thrown
    }
    #expect(error != nil)
  }
}
