public import CaptureFile
import Packets
public import SessionEvents

/// A mutated recording, as packets of bare IP and lines of a sidecar, in order.
public struct TorturedCapture: Sendable {
  public enum Entry: Sendable {
    case packet(Packet)
    case line(SidecarLine)
  }

  public struct Packet: Hashable, Sendable {
    public var time: Timestamp
    public var bytes: [UInt8]
    /// On the wire; the capture may hold fewer bytes.
    public var originalLength: Int
    /// The packet of the recording that it was made of.
    public var origin: UInt64
  }

  public var entries: [Entry] = []
  var limits: ReassemblyLimits
  private var identification: UInt32 = 0

  init(_ recording: MutatedRecording, limits: ReassemblyLimits) {
    self.limits = limits
    var clock = Timestamp(nanoseconds: .min)
    for item in recording.items {
      // Captures are in the order of time, but for what is captured on several processors.
      if item.packet > 0 { clock = max(clock, item.time) }
      append(item, at: clock)
    }
  }

  public var packetCount: UInt64 { UInt64(entries.count { if case .packet = $0 { true } else { false } }) }
  public var hasLines: Bool { entries.contains { if case .line = $0 { true } else { false } } }

  private mutating func append(_ item: TortureItem, at time: Timestamp) {
    switch item.content {
    case .line(let line):
      entries.append(.line(line))
    case .segment(let header, let payload):
      guard !item.dropped.isEmpty, let place = item.place else {
        return append(SegmentFrames.segment(header, payload), item, time)
      }
      for (header, payload) in Self.left(header, payload, place, item.dropped) {
        append(SegmentFrames.segment(header, payload), item, time)
      }
    case .datagram(let source, let destination, let payload, let missing):
      append(SegmentFrames.datagram(from: source, to: destination, payload, missing: missing), item, time)
    }
  }

  private mutating func append(
    _ frame: (bytes: [UInt8], missing: Int), _ item: TortureItem, _ time: Timestamp
  ) {
    var packets = [frame.bytes]
    if frame.missing == 0, let (size, order) = item.fragments {
      identification &+= 1
      packets = PacketFragments.make(frame.bytes.span, size: size, identification: identification)
      switch order {
      case .forward: break
      case .backward: packets.reverse()
      case .lastFirst: if let last = packets.popLast() { packets.insert(last, at: 0) }
      }
    }
    for bytes in packets {
      let packet = Packet(
        time: time, bytes: bytes, originalLength: bytes.count + frame.missing, origin: item.packet)
      entries.append(.packet(packet))
    }
  }

  /// What of a segment was captured, where parts of it were dropped.
  private static func left(
    _ header: SegmentHeader, _ payload: [UInt8], _ place: StreamPlace, _ dropped: [Range<Int64>]
  ) -> [(SegmentHeader, [UInt8])] {
    var parts: [Range<Int64>] = []
    var start = place.range.lowerBound
    for range in dropped.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > start { parts.append(start..<range.lowerBound) }
      start = max(start, range.upperBound)
    }
    if start < place.range.upperBound || place.isFinal { parts.append(start..<place.range.upperBound) }
    return parts.map { part in
      let first = Int(part.lowerBound - place.range.lowerBound)
      var header = header
      header.sequence &+= UInt32(truncatingIfNeeded: first)
      if part.upperBound < place.range.upperBound || !place.isFinal { header.flags.remove([.fin, .psh]) }
      return (header, Array(payload[first..<first + part.count]))
    }
  }

  // MARK: Reading and writing

  /// Emits the events of the capture, through the same code that reads files; packets are numbered from 1.
  public func read(_ emit: ReplayEmit) {
    var lineCount = 0
    var number: UInt64 = 0
    for case .line(let line) in entries {
      lineCount += 1
      number = max(number, line.session?.rawValue ?? 0)
    }
    let assembler = SessionAssembler(limits: limits) {
      number += 1
      return number
    }
    assembler.isSidecarExhausted = lineCount == 0
    var fragments = FragmentAssembly(limits: limits)
    let reader = PacketReader(linkType: .raw)
    var packetCount: UInt64 = 0
    for entry in entries {
      switch entry {
      case .line(let line):
        assembler.receive(line, emit: emit)
        lineCount -= 1
        if lineCount == 0 { assembler.sidecarEnded(emit: emit) }
      case .packet(let packet):
        packetCount += 1
        let captured = CapturedPacket(
          number: packetCount, time: packet.time, originalLength: packet.originalLength,
          linkNumber: LinkType.raw.number)
        RecordingReading.take(captured, packet.bytes.span, reader, assembler, &fragments, emit)
      }
    }
    fragments.finish { RecordingReading.take($0, assembler, emit) }
    assembler.finish(emit: emit)
  }

  /// Writes the capture and, if it has lines, its sidecar; files that exist already are refused.
  public func write(to path: String, tool: String) throws(CaptureError) {
    var writer = try CaptureWriter(path: path, linkNumber: LinkType.raw.number)
    var numbers: [UInt64: UInt64] = [:]
    for case .packet(let packet) in entries {
      try writer.write(time: packet.time, packet.bytes.span, originalLength: packet.originalLength)
      if numbers[packet.origin] == nil { numbers[packet.origin] = writer.packetCount }
    }
    try writer.close()
    guard hasLines, let sidecarPath = sidecarPath(forCapture: path) else { return }
    try writeLines(to: sidecarPath, numbers, tool: tool)
  }

  private func writeLines(
    to path: String, _ numbers: [UInt64: UInt64], tool: String
  ) throws(CaptureError) {
    var created = Timestamp(nanoseconds: 0)
    if case .packet(let packet)? = entries.first { created = packet.time }
    if case .line(let line)? = entries.first { created = line.time }
    var sidecar = try SidecarWriter(
      path: path, header: SidecarHeader(created: created, tool: tool, linkType: "raw"))
    var packetCount: UInt64 = 0
    for entry in entries {
      switch entry {
      case .packet: packetCount += 1
      case .line(var line):
        line.after = packetCount
        line.packet = line.packet.flatMap { numbers[$0] }
        try sidecar.write(line)
      }
    }
    try sidecar.close()
  }
}

/// Writes segments and datagrams as packets of bare IP.
enum SegmentFrames {
  /// What fits into a packet without options.
  static let largestPayload = PacketWriter.maximumSegmentSize

  private static let window: UInt16 = 65_535
  private static let writer = PacketWriter(framing: .raw)

  static func segment(_ header: SegmentHeader, _ payload: [UInt8]) -> (bytes: [UInt8], missing: Int) {
    // With the largest scale the window never closes.
    let options = header.flags.contains(.syn) ? TCPOptions(windowScale: 14) : TCPOptions()
    let tcp = TCPHeader(
      source: header.source, destination: header.destination, sequence: header.sequence,
      acknowledgment: header.flags.contains(.ack) ? header.acknowledgment : 0, flags: header.flags,
      window: window, options: options)
    let sum = payloadSum(payload, missing: header.missingByteCount)
    return frame(writer.headerLength(tcp), payload, header.missingByteCount) {
      span throws(PacketWriteError) in
      try writer.write(tcp, payload: sum, into: &span)
    }
  }

  static func datagram(
    from source: Endpoint, to destination: Endpoint, _ payload: [UInt8], missing: Int
  ) -> (bytes: [UInt8], missing: Int) {
    let udp = UDPHeader(source: source, destination: destination)
    let sum = payloadSum(payload, missing: missing)
    return frame(writer.headerLength(udp), payload, missing) { span throws(PacketWriteError) in
      try writer.write(udp, payload: sum, into: &span)
    }
  }

  private static func payloadSum(_ payload: [UInt8], missing: Int) -> PayloadSum {
    var sum = PayloadSum(payload.span)
    sum.byteCount += missing
    return sum
  }

  private static func frame(
    _ headerLength: Int, _ payload: [UInt8], _ missing: Int,
    _ write: (inout MutableSpan<UInt8>) throws(PacketWriteError) -> Void
  ) -> (bytes: [UInt8], missing: Int) {
    var bytes = [UInt8](repeating: 0, count: headerLength)
    bytes.reserveCapacity(headerLength + payload.count)
    do throws(PacketWriteError) {
      var span = bytes.mutableSpan
      try write(&span)
    } catch {
      // What was read has two addresses of one family, and the sizes were checked when it was gathered.
      preconditionFailure("a packet that was read cannot be written: \(error)")
    }
    return (bytes + payload, missing)
  }
}
