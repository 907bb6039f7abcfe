import CaptureFile
import Packets
import SessionEvents

/// One pass over a recording.
struct RecordingReading: ~Copyable {
  private var capture: CaptureReader
  private var sidecar: SidecarSource
  private let assembler: SessionAssembler
  private var fragments: FragmentAssembly
  private var captureNotes: [ReplayNote] = []
  /// How many packets the sidecar says that there are, at least.
  private var sidecarPacketCount: UInt64 = 0
  private var linkTypes = LinkTypeCount()
  private let progress: ReadingProgress?
  /// How much of the capture the progress was told of.
  private var toldPosition: UInt64 = 0

  static func open(
    path: String, usesSidecar: Bool, limits: ReassemblyLimits, progress: ReadingProgress?
  ) throws(ReplayError) -> RecordingReading {
    do throws(CaptureError) {
      let capture = try CaptureReader(path: path)
      if let number = capture.linkNumber, LinkType(number: number) == nil {
        throw .linkType(path: path, number: number)
      }
      let sidecar = try SidecarSource(capturePath: usesSidecar ? path : "-")
      return RecordingReading(capture: capture, sidecar: sidecar, limits: limits, progress: progress)
    } catch {
      throw .capture(error)
    }
  }

  private init(
    capture: consuming CaptureReader, sidecar: consuming SidecarSource, limits: ReassemblyLimits,
    progress: ReadingProgress?
  ) {
    let numbering = SessionNumbering(sidecarPath: sidecar.path)
    assembler = SessionAssembler(limits: limits) { numbering.next() }
    fragments = FragmentAssembly(limits: limits)
    assembler.isSidecarExhausted = sidecar.isAtEnd
    self.capture = capture
    self.sidecar = sidecar
    self.progress = progress
  }

  /// Has someone told which session each packet belongs to.
  func tellOwners(to onPacket: @escaping PacketOwner) {
    assembler.onPacket = onPacket
  }

  /// Has someone shown what the assembler takes.
  func showIntake(to onIntake: @escaping (Intake) -> Void) {
    assembler.onIntake = onIntake
  }

  var notes: [ReplayNote] { captureNotes + sidecar.notes + assembler.notes + fragments.notes }

  /// - Throws: If there is no packet but of link types that are not supported.
  mutating func run(_ emit: ReplayEmit) throws(ReplayError) {
    let assembler = assembler
    while true {
      takeLines(upTo: capture.packetCount, emit)
      do throws(CaptureError) {
        let isThere = try capture.read { captured, frame in
          guard let linkType = linkTypes.linkType(of: captured) else {
            let name = CaptureLibrary.linkName(captured.linkNumber)
            return assembler.skip("link type \(name) is not supported", packet: captured.number)
          }
          Self.take(captured, frame, PacketReader(linkType: linkType), assembler, &fragments, emit)
        }
        if !isThere { break }
        if capture.packetCount & 0xff == 0 { tellProgress() }
      } catch {
        captureNotes.append(ReplayNote(.captureCut("\(error)"), firstPacket: capture.packetCount + 1))
        break
      }
    }
    if let number = linkTypes.onlyUnsupported {
      throw .capture(.linkType(path: capture.path, number: number))
    }
    tellProgress()
    takeLines(upTo: .max, emit)
    noteMissingPackets()
    fragments.finish { Self.take($0, assembler, emit) }
    assembler.finish(emit: emit)
  }

  private mutating func tellProgress() {
    guard let progress else { return }
    let position = capture.position
    progress.add(position - min(position, toldPosition))
    toldPosition = position
  }

  /// A recorder gives the sidecar to the system first: a killed one may leave the capture behind.
  private mutating func noteMissingPackets() {
    guard captureNotes.isEmpty, sidecarPacketCount > capture.packetCount else { return }
    let count = HumaneUnits.count(sidecarPacketCount - capture.packetCount)
    captureNotes.append(
      ReplayNote(.captureCut("'\(capture.path)' lacks \(count) packets at its end, says its sidecar")))
  }

  private mutating func takeLines(upTo packetCount: UInt64, _ emit: ReplayEmit) {
    if assembler.isSidecarExhausted { return }
    while let line = sidecar.next(upTo: packetCount) {
      if line.session != nil { sidecarPacketCount = max(sidecarPacketCount, line.after) }
      assembler.receive(line, emit: emit)
    }
    if sidecar.isAtEnd { assembler.sidecarEnded(emit: emit) }
  }

  /// Takes a packet of a capture, or keeps the fragment that it is.
  static func take(
    _ captured: CapturedPacket, _ frame: Span<UInt8>, _ reader: PacketReader, _ assembler: SessionAssembler,
    _ fragments: inout FragmentAssembly, _ emit: ReplayEmit
  ) {
    let stamp = PacketStamp(number: captured.number, time: captured.time)
    if !fragments.isEmpty { fragments.expire(now: stamp.time) { take($0, assembler, emit) } }
    do throws(PacketError) {
      let packet = try reader.read(frame, originalLength: captured.originalLength)
      guard case .fragment(let fragment) = packet.content else {
        return take(packet, frame, stamp, assembler, emit)
      }
      fragments.receive(fragment, of: packet, in: frame, at: stamp) { take($0, assembler, emit) }
    } catch {
      assembler.skip(error.reason, packet: captured.number)
    }
  }

  /// Takes a packet that was put together from fragments.
  static func take(
    _ whole: FragmentAssembly.Whole, _ assembler: SessionAssembler, _ emit: ReplayEmit
  ) {
    do throws(PacketError) {
      let inner = try PacketReader.read(
        reassembled: whole.payload.span, missingByteCount: whole.missingByteCount,
        protocolNumber: whole.protocolNumber, from: whole.packet.source, to: whole.packet.destination)
      take(inner, whole.payload.span, whole.stamp, assembler, emit)
    } catch {
      assembler.skip(error.reason, packet: whole.stamp.number)
    }
  }

  private static func take(
    _ packet: Packet, _ frame: Span<UInt8>, _ stamp: PacketStamp, _ assembler: SessionAssembler,
    _ emit: ReplayEmit
  ) {
    switch packet.content {
    case .tcp(let tcp):
      let segment = SegmentHeader(
        source: Endpoint(address: packet.source, port: tcp.sourcePort),
        destination: Endpoint(address: packet.destination, port: tcp.destinationPort),
        sequence: tcp.sequence, acknowledgment: tcp.acknowledgment, flags: tcp.flags,
        missingByteCount: tcp.missingByteCount)
      assembler.receive(segment, payload: frame.extracting(tcp.payload), at: stamp, emit: emit)
    case .udp(let udp):
      assembler.receiveDatagram(
        from: Endpoint(address: packet.source, port: udp.sourcePort),
        to: Endpoint(address: packet.destination, port: udp.destinationPort),
        payload: frame.extracting(udp.payload), missing: udp.missingByteCount, at: stamp, emit: emit)
    case .other(let number, _):
      assembler.skip("neither TCP nor UDP (IP protocol \(number))", packet: stamp.number)
    case .fragment:
      assembler.skip("fragment in a fragment", packet: stamp.number)
    }
  }
}

/// The link types that a capture's packets had.
private struct LinkTypeCount {
  private var hasSupported = false
  private var unsupported: Int32?

  /// The first unsupported number, where there was none that is supported.
  var onlyUnsupported: Int32? { hasSupported ? nil : unsupported }

  mutating func linkType(of packet: CapturedPacket) -> LinkType? {
    guard let linkType = LinkType(number: packet.linkNumber) else {
      unsupported = unsupported ?? packet.linkNumber
      return nil
    }
    hasSupported = true
    return linkType
  }
}

extension PacketError {
  /// The error without its numbers, so that like ones are counted together.
  fileprivate var reason: String {
    switch self {
    case .notIP: "no IP packet"
    case .truncated(let layer, _, _, _): "\(layer.rawValue) header cut short"
    case .malformed(let layer, _, _): "malformed \(layer.rawValue) header"
    }
  }
}
