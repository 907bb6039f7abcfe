import CChecksums
import CaptureFile
import Glibc
import Packets
import SessionEvents

/// The files of a recording, and the one buffer in which packets are put together.
struct RecordingOutput: ~Copyable {
  private var capture: CaptureWriter
  /// Nil where the capture goes to standard output.
  private var sidecar: SidecarWriter?
  private let writer: PacketWriter
  private var scratch = [UInt8](repeating: 0, count: PacketWriter.maximumHeaderLength + 65_535)
  private var lastFlush = monotonicSeconds()

  /// How many packets were written; after a failure the capture may have fewer, see `keptPacketCount`.
  private(set) var packetCount: UInt64 = 0
  var keptPacketCount: UInt64 { capture.packetCount }
  private(set) var payloadByteCount: UInt64 = 0
  /// Of both files, once they are flushed.
  var byteCount: UInt64 {
    switch sidecar {
    case .some(let sidecar): capture.byteCount + sidecar.byteCount
    case .none: capture.byteCount
    }
  }

  let path: String
  let sidecarPath: String?

  init(_ configuration: RecorderConfiguration) throws(RecorderError) {
    let path = configuration.path
    let sidecarPath = CaptureFile.sidecarPath(forCapture: path)
    let capture: CaptureWriter
    let sidecar: SidecarWriter?
    // The capture first: where nothing can be created, its path is the one that the user gave.
    do throws(CaptureError) {
      capture = try CaptureWriter(
        path: path, linkNumber: configuration.framing.linkType.number,
        replacing: configuration.replacesExisting)
    } catch {
      throw .file(error)
    }
    do throws(CaptureError) {
      sidecar = try Self.makeSidecar(sidecarPath, configuration)
    } catch {
      // The capture is ours and new: a recording that did not begin leaves none.
      if sidecarPath != nil { unlink(path) }
      throw .file(error)
    }
    self.path = path
    self.sidecarPath = sidecarPath
    self.capture = capture
    self.sidecar = sidecar
    writer = PacketWriter(framing: configuration.framing)
  }

  private static func makeSidecar(
    _ path: String?, _ configuration: RecorderConfiguration
  ) throws(CaptureError) -> SidecarWriter? {
    guard let path else { return nil }
    let header = SidecarHeader(
      created: configuration.created, tool: configuration.tool,
      linkType: configuration.framing.rawValue, command: configuration.command)
    return try SidecarWriter(path: path, header: header, replacing: configuration.replacesExisting)
  }

  /// Writes a segment with the part `range` of `bytes`, and adds those to the totals; returns its number.
  mutating func write(
    _ header: TCPHeader, _ bytes: [UInt8], _ range: Range<Int>, _ totals: inout StreamTotals, time: Timestamp
  ) throws(RecorderError) -> UInt64 {
    let headerLength = writer.headerLength(header)
    let payload = copy(bytes, range, to: headerLength, &totals)
    writeHeaders { [writer] (packet) throws(PacketWriteError) in
      try writer.write(header, payload: payload, into: &packet)
    }
    payloadByteCount += UInt64(payload.byteCount)
    return try append(headerLength + payload.byteCount, time)
  }

  /// Writes a segment without payload.
  mutating func write(_ header: TCPHeader, time: Timestamp) throws(RecorderError) -> UInt64 {
    writeHeaders { [writer] (packet) throws(PacketWriteError) in
      try writer.write(header, payload: .empty, into: &packet)
    }
    return try append(writer.headerLength(header), time)
  }

  /// Writes a datagram, and adds its payload to the totals; returns its number.
  mutating func write(
    _ header: UDPHeader, _ bytes: [UInt8], _ totals: inout StreamTotals, time: Timestamp
  ) throws(RecorderError) -> UInt64 {
    let headerLength = writer.headerLength(header)
    let payload = copy(bytes, bytes.indices, to: headerLength, &totals)
    writeHeaders { [writer] (packet) throws(PacketWriteError) in
      try writer.write(header, payload: payload, into: &packet)
    }
    payloadByteCount += UInt64(payload.byteCount)
    return try append(headerLength + payload.byteCount, time)
  }

  mutating func write(_ line: SidecarLine) throws(RecorderError) {
    do throws(CaptureError) {
      try sidecar?.write(line)
    } catch {
      throw .file(error)
    }
  }

  /// Where the files are, the worse of the two.
  var place: FilePlace {
    let place = capture.place
    guard place == .there else { return place }
    switch sidecar {
    case .some(let sidecar): return sidecar.place
    case .none: return .there
    }
  }

  var isCaptureDeleted: Bool { capture.place == .deleted }

  // MARK: Flushing

  /// Gives everything to the kernel: the sidecar first, so that no packet stands there without its lines.
  mutating func flush() throws(RecorderError) {
    lastFlush = monotonicSeconds()
    do throws(CaptureError) {
      try sidecar?.flush()
      try capture.flush()
    } catch {
      throw .file(error)
    }
  }

  /// Flushes when the last time is a second ago.
  mutating func flushIfDue() throws(RecorderError) {
    if monotonicSeconds() != lastFlush { try flush() }
  }

  mutating func close() throws(RecorderError) {
    do throws(CaptureError) {
      try sidecar?.flush()
      try capture.close()
      try sidecar?.close()
    } catch {
      throw .file(error)
    }
  }

  /// Closes the capture after a failure, as far as can be.
  mutating func closeCaptureAfterFailure() {
    // The writers refuse further calls once they failed; the first error is the one that counts.
    try? capture.close()
  }

  /// Removes both files.
  func remove() {
    unlink(path)
    if let sidecarPath { unlink(sidecarPath) }
  }

  /// Writes a line after a failure, if the sidecar still takes it.
  mutating func writeAfterFailure(_ line: SidecarLine) {
    try? sidecar?.write(line)
    try? sidecar?.flush()
  }

  /// Writes the last line after a failure, and closes the sidecar.
  mutating func closeSidecarAfterFailure(_ line: SidecarLine) {
    try? sidecar?.write(line)
    try? sidecar?.close()
  }

  // MARK: Helpers

  private mutating func copy(
    _ bytes: [UInt8], _ range: Range<Int>, to offset: Int, _ totals: inout StreamTotals
  ) -> PayloadSum {
    let sum = scratch.withUnsafeMutableBytes { scratch in
      bytes.withUnsafeBytes { bytes in
        // The slices trap unless they lie within, so the copy does; an empty one may have no address.
        let source = UnsafeRawBufferPointer(rebasing: bytes[range])
        let target = UnsafeMutableRawBufferPointer(rebasing: scratch[offset..<offset + range.count])
        return wtCopyChecksummed(target.baseAddress, source.baseAddress, range.count, &totals.crc32c)
      }
    }
    totals.byteCount += UInt64(range.count)
    totals.packetCount += 1
    return PayloadSum(byteCount: range.count, sum: sum)
  }

  /// Families and lengths were checked when the session opened and the payload was split.
  private mutating func writeHeaders(
    _ body: (inout MutableSpan<UInt8>) throws(PacketWriteError) -> Void
  ) {
    var packet = scratch.mutableSpan
    do throws(PacketWriteError) {
      try body(&packet)
    } catch {
      preconditionFailure("a packet that cannot be written: \(error)")
    }
  }

  private mutating func append(_ length: Int, _ time: Timestamp) throws(RecorderError) -> UInt64 {
    do throws(CaptureError) {
      if capture.needsFlush(before: length) { try sidecar?.flush() }
      try Self.append(scratch, length, time, to: &capture)
    } catch {
      throw .file(error)
    }
    packetCount += 1
    return packetCount
  }

  /// Apart from `self`, of which a span of the buffer would otherwise borrow the whole.
  private static func append(
    _ scratch: [UInt8], _ length: Int, _ time: Timestamp, to capture: inout CaptureWriter
  ) throws(CaptureError) {
    try capture.write(time: time, scratch.span.extracting(0..<length))
  }
}

/// Coarse: ticks every few milliseconds, and costs as many nanoseconds.
private func monotonicSeconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
  return time.tv_sec
}
