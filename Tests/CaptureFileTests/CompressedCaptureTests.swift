import CaptureFile
import Foundation
import TestSupport
import Testing

@Suite struct `Compressed captures` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var compression: Compression
    var compress: String
    var isBlocks = false
  }

  static let cases = [
    Case(testDescription: "gzip, pcap", compression: .gzip, compress: "gzip -c"),
    Case(testDescription: "zstd, pcap", compression: .zstd, compress: "zstd -qc"),
    Case(testDescription: "gzip, pcapng", compression: .gzip, compress: "gzip -c", isBlocks: true),
    Case(testDescription: "zstd, pcapng", compression: .zstd, compress: "zstd -qc", isBlocks: true),
  ]

  private static let packets = (0..<40).map { [UInt8](repeating: UInt8($0), count: 97 * $0) }

  /// A capture of the packets above.
  private func capture(isBlocks: Bool) throws -> [UInt8] {
    guard isBlocks else {
      try writeCapture(files.path("plain"), Self.packets)
      return try files.read("plain")
    }
    var file = BlockFile()
    file.interface(link: 1)
    for packet in Self.packets { file.enhanced(packet) }
    return file.bytes
  }

  private func compressed(_ bytes: [UInt8], _ command: String) throws -> [UInt8] {
    let path = try files.write(bytes, to: "plain")
    let run = try ToolRun(["sh", "-c", "\(command) < '\(path)'"])
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(arguments: cases) func `are read like plain ones`(_ test: Case) throws {
    let plain = try capture(isBlocks: test.isBlocks)
    let path = try files.write(try compressed(plain, test.compress), to: "a")
    #expect(readCapture(path).packets == Self.packets)
    #expect(readCapture(path).error == nil)
  }

  @Test(arguments: cases) func `may consist of several members or frames`(_ test: Case) throws {
    let plain = try capture(isBlocks: test.isBlocks)
    // Cut inside the header, inside a packet, and in a member of its own for nothing.
    let pieces = [plain[..<3], plain[3..<1_000], [], plain[1_000...]]
    let bytes = try pieces.flatMap { try compressed(Array($0), test.compress) }
    let (packets, error) = readCapture(try files.write(bytes, to: "a"))
    #expect(packets == Self.packets)
    #expect(error == nil)
  }

  @Test(arguments: cases) func `deliver everything before the byte at which they are cut short`(_ test: Case)
    throws
  {
    let plain = try capture(isBlocks: test.isBlocks)
    let bytes = try compressed(plain, test.compress)
    var deliveredCounts: Set<Int> = []
    for count in 4..<bytes.count {
      let path = try files.write(Array(bytes.prefix(count)), to: "a")
      let (packets, error) = readCapture(path)
      #expect(packets == Array(Self.packets.prefix(packets.count)))
      deliveredCounts.insert(packets.count)
      guard case .decompression(path: path, test.compression, let offset, .cutShort) = error else {
        Issue.record("\(count): \(String(describing: error))")
        continue
      }
      #expect(offset <= plain.count)
      #expect(
        error?.description
          == "'\(path)': the \(test.compression.rawValue) data is cut short after \(offset) bytes of the capture"
      )
    }
    #expect(deliveredCounts.count > 1)
  }

  @Test(arguments: cases) func `never trap, whatever bytes are changed`(_ test: Case) throws {
    let bytes = try compressed(try capture(isBlocks: test.isBlocks), test.compress)
    var random = SeededRandom(seed: 5)
    for _ in 0..<500 {
      var damaged = bytes
      damaged[Int.random(in: 4..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      let (packets, error) = readCapture(try files.write(damaged, to: "a"))
      #expect(packets.count <= Self.packets.count || error != nil)
    }
  }

  @Test func `name the byte at which gzip data is damaged`() throws {
    let first = try compressed(try capture(isBlocks: false), "gzip -c")
    var bytes = first
    bytes[bytes.count - 8] ^= 1
    let path = try files.write(bytes, to: "a")
    let (packets, error) = readCapture(path)
    let size = try files.read("plain").count
    #expect(packets == Self.packets)
    #expect(
      error?.description
        == "'\(path)': the gzip data cannot be decompressed (incorrect data check) after \(size) bytes of the capture"
    )
    #expect(error?.hint == "everything before that was read")
  }

  @Test func `name the byte at which zstd data is damaged`() throws {
    var bytes = try compressed(try capture(isBlocks: false), "zstd -qc --check")
    bytes[bytes.count - 1] ^= 1
    let path = try files.write(bytes, to: "a")
    let error = try #require(readCapture(path).error)
    guard case .decompression(path: path, .zstd, offset: _, .unreadable(let text)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("checksum"))
  }

  @Test func `deliver everything before a damaged block of zstd`() throws {
    var random = SeededRandom(seed: 6)
    let packets = (0..<10).map { _ in
      (0..<2_500).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
    }
    try writeCapture(files.path("random"), packets)
    let bytes = try compressed(try files.read("random"), "zstd -qc")
    // Such bytes stay as they are, in blocks of 128 KiB; the header of the second one is among these.
    let errors = try (131_076..<131_088).compactMap { place in
      var damaged = bytes
      damaged[place] = 0xff
      let (read, error) = readCapture(try files.write(damaged, to: "a"))
      #expect(read.starts(with: packets.prefix(6)))
      return error
    }
    #expect(
      errors.contains {
        if case .decompression(_, _, offset: 131_072, .unreadable) = $0 { true } else { false }
      })
  }

  @Test func `may be padded with zeros, but not with anything else`() throws {
    let bytes = try compressed(try capture(isBlocks: false), "gzip -c")
    let padded = readCapture(try files.write(bytes + [UInt8](repeating: 0, count: 1_000), to: "a"))
    #expect(padded.packets == Self.packets)
    #expect(padded.error == nil)
    for rest: [UInt8] in [[1], [0, 0, 0x1f], Array("junk".utf8)] {
      let path = try files.write(bytes + rest, to: "a")
      let (packets, error) = readCapture(path)
      #expect(packets == Self.packets)
      let size = UInt64(try files.read("plain").count)
      #expect(
        error == .decompression(path: path, .gzip, offset: size, .unreadable("something else follows it")))
    }
  }

  @Test func `may begin with a frame to be skipped, as parallel zstd writes`() throws {
    let bytes = try compressed(try capture(isBlocks: true), "zstd -qc")
    let skipped: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
    #expect(readCapture(try files.write(skipped + bytes, to: "a")).packets == Self.packets)
  }

  @Test func `are refused where zstd wants more memory than the limit`() throws {
    // A frame header with a window of 2 GiB, and an empty last block.
    let path = try files.write([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00], to: "a")
    guard case .decompression(path: path, .zstd, offset: 0, .unreadable(let text)) = readCapture(path).error
    else {
      Issue.record("\(String(describing: readCapture(path).error))")
      return
    }
    #expect(text.contains("memory"))
  }

  @Test func `of other kinds are refused, with what to do`() throws {
    let plain = try capture(isBlocks: false)
    for (command, name) in [("xz -c", "xz"), ("bzip2 -c", "bzip2")] {
      let path = try files.write(try compressed(plain, command), to: "a")
      let error = readCapture(path).error
      #expect(error?.description == "'\(path)' is compressed with \(name)")
      #expect(error?.hint == "decompress it first, as by: \(name) -dc FILE | replay … -")
    }
    let lz4 = try files.write([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7], to: "a")
    #expect(readCapture(lz4).error == .compressed(path: lz4, .lz4))
    let twice = try files.write(try compressed(try compressed(plain, "gzip -c"), "zstd -qc"), to: "a")
    #expect(readCapture(twice).error == .compressedTwice(path: twice))
  }

  @Test func `without anything in them are empty`() throws {
    let path = try files.write(try compressed([], "gzip -c"), to: "a")
    #expect(readCapture(path).error == .empty(path: path))
  }

  /// What this process holds in memory, in bytes.
  private var residentByteCount: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
  }

  @Test(arguments: ["gzip -1c", "zstd -qc"])
  func `take no more memory than plain ones, however much comes out of them`(_ command: String) throws {
    // 256 MiB of packets that are nothing but zeros.
    let path = files.path("bomb")
    let script = """
      import struct, sys
      sys.stdout.buffer.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
      record = struct.pack("<IIII", 0, 0, 262144, 262144) + bytes(262144)
      for _ in range(1024): sys.stdout.buffer.write(record)
      """
    let run = try ToolRun(["sh", "-c", "python3 -c '\(script)' | \(command) > '\(path)'"])
    try #require(run.status == 0, "\(run.errors)")
    #expect(try files.read("bomb").count < 4 << 20)
    let before = residentByteCount
    var most = 0
    var reader = try CaptureReader(path: path)
    var count = 0
    while let length = try reader.next({ _, bytes in bytes.count }) {
      #expect(length == 262_144)
      count += 1
      if count % 128 == 0 { most = max(most, residentByteCount) }
    }
    #expect(count == 1_024)
    // Other tests run beside this one.
    #expect(most - before < 128 << 20)
  }
}
