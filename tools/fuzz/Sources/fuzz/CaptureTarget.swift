import CaptureFile
import Glibc
import Packets
import SessionEvents

/// Reads a capture, plain or compressed, from a file, from a pipe and compressed once more, and checks that it is the
/// same each time.
enum CaptureTarget {
  static func run(_ input: [UInt8]) {
    let plain = read(from: file(input))
    // More does not fit into a pipe at once, or into one stored block.
    guard input.count <= 0xffff else { return }
    precondition(read(from: pipe(input)) == plain, "a pipe is read differently")
    let wrapped = read(from: file(gzip(input)))
    let isCompressed = wrapped.error?.hasSuffix("is compressed twice") == true
    precondition(isCompressed || wrapped == plain, "a compressed file is read differently")
  }

  private struct Outcome: Equatable {
    var packets = 0
    var digest: UInt64 = 14_695_981_039_346_656_037
    /// Without the path.
    var error: String?

    mutating func add(_ number: UInt64) {
      digest = (digest ^ number) &* 1_099_511_628_211
    }
  }

  /// Reads a capture, and closes the descriptor.
  private static func read(from descriptor: Int32) -> Outcome {
    defer { close(descriptor) }
    let path = "/proc/self/fd/\(descriptor)"
    var outcome = Outcome()
    do throws(CaptureError) {
      var reader = try CaptureReader(path: path)
      while try reader.next({ packet, bytes in take(packet, bytes, &outcome) }) != nil {}
    } catch {
      let text = "\(error)"
      precondition(text.allSatisfy { !$0.isNewline }, "an error of several lines")
      outcome.error = String(text.dropFirst(path.count + 2))
    }
    return outcome
  }

  private static func take(_ packet: CapturedPacket, _ bytes: Span<UInt8>, _ outcome: inout Outcome) {
    outcome.packets += 1
    precondition(packet.number == UInt64(outcome.packets), "packets are not counted one by one")
    outcome.add(UInt64(bitPattern: packet.time.nanoseconds))
    outcome.add(UInt64(packet.originalLength))
    outcome.add(UInt64(UInt32(bitPattern: packet.linkNumber)))
    for index in bytes.indices { outcome.add(UInt64(bytes[index])) }
    guard let link = LinkType(number: packet.linkNumber) else { return }
    _ = try? PacketReader(linkType: link).read(bytes, originalLength: packet.originalLength)
  }

  // MARK: Files

  /// A file in memory with the bytes, open.
  static func file(_ bytes: [UInt8]) -> Int32 {
    let descriptor = makeMemoryFile("capture", 0)
    precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count, "no file in memory")
    return descriptor
  }

  /// A pipe that has all the bytes in it, which must not be more than it holds, and whose writer is gone.
  private static func pipe(_ bytes: [UInt8]) -> Int32 {
    var ends: [Int32] = [0, 0]
    precondition(Glibc.pipe(&ends) == 0 && write(ends[1], bytes, bytes.count) == bytes.count, "no pipe")
    close(ends[1])
    return ends[0]
  }

  /// Two members of gzip (RFC 1952) with the bytes as they are (RFC 1951 §3.2.4).
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    member(bytes.prefix(bytes.count / 2)) + member(bytes.suffix(bytes.count - bytes.count / 2))
  }

  private static func member(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let count = UInt16(bytes.count)
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xedb8_8320) }
    }
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1] + little(count) + little(~count) + bytes + little(~crc)
      + little(UInt32(count))
  }

  private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

// Glibc's module lacks it.
@_silgen_name("memfd_create") private func makeMemoryFile(_ name: UnsafePointer<CChar>, _ flags: UInt32)
  -> Int32
