import CaptureFile
import Glibc
public import Inspection
import SessionEvents

/// Writes captures again as pcapng, with what Wireshark shows of it: the names of hosts, and a comment on the first
/// packet of every session (process, TLS, certificate, how it ended).
///
/// Packets stay as they are. Where a selection is made, only those of the selected sessions are written. Each capture
/// becomes a section, and is read twice, for what is said of a session's first packet is known when the session ends; so
/// it must be a file. Holds a few words for each session that is open, or selected.
public final class PcapngExport: Exporter {
  private let output: ExportOutput
  private let options: ExportOptions
  private let isPartial: Bool
  private var capture: (path: String, survey: PcapngSurvey)?

  /// Prepares to write to `output`, which is committed when the export finishes; `isPartial` where only the packets of
  /// selected sessions are written.
  public init(to output: ExportOutput, options: ExportOptions, isPartial: Bool) throws(ExportError) {
    self.output = output
    self.options = options
    self.isPartial = isPartial
  }

  public var onPacket: PacketOwner? {
    let survey = capture?.survey
    return { packet, session in survey?.note(packet, of: session) }
  }

  public var remarks: [String] { [] }

  public func beginCapture(_ path: String, name: String?) throws(ExportError) {
    var status = stat()
    let isFile = unsafe path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    guard isFile else { throw .readOnce(path: path == "-" ? "standard input" : path) }
    capture = (path, PcapngSurvey(in: try output.spillDirectory()))
  }

  public func receive(_ observation: Observation, isWanted: Bool) throws(ExportError) {
    guard case .closed(let summary) = observation, let survey = capture?.survey else { return }
    survey.close(summary, isWanted: isWanted)
    if let failure = survey.failure { throw failure }
  }

  public func endCapture() throws(ExportError) {
    guard let (path, survey) = capture else { return }
    capture = nil
    let name = String(path.split(separator: "/").last ?? "")
    let comment = "\(name), \(isPartial ? "selected sessions" : "all packets")"
    try write(PcapngBlocks.sectionHeader(application: "wiretape replay \(options.version)", comment: comment))
    for names in survey.hosts.blocks() { try write(PcapngBlocks.names(names)) }
    try writePackets(path, survey)
  }

  public func finish() throws(ExportError) {
    try output.commit()
  }

  // MARK: Helpers

  private func write(_ bytes: [UInt8]) throws(ExportError) {
    try output.write(bytes.span)
  }

  private func writePackets(_ path: String, _ survey: PcapngSurvey) throws(ExportError) {
    let sessions = try survey.sessions()
    var interfaces = PcapngInterfaces()
    var failure: ExportError?
    do throws(CaptureError) {
      var reader = try CaptureReader(path: path)
      var isAtEnd = false
      while !isAtEnd, failure == nil {
        let packet: Void? = try reader.next { packet, bytes in
          do throws(ExportError) {
            try write(packet, bytes, sessions.fate(of: packet.number), &interfaces)
          } catch {
            failure = error
          }
        }
        isAtEnd = packet == nil
      }
    } catch {
      // Where a capture is cut short or damaged, the first reading told of it; it was opened then, too.
    }
    if let failure { throw failure }
  }

  private func write(
    _ packet: CapturedPacket, _ bytes: Span<UInt8>, _ fate: PcapngSessions.Fate,
    _ interfaces: inout PcapngInterfaces
  ) throws(ExportError) {
    guard fate.isWanted || !isPartial else { return }
    var block: [UInt8] = []
    let interface = interfaces.number(of: packet.linkNumber, describedIn: &block)
    PcapngBlocks.appendPacket(packet, bytes, interface: interface, comment: fate.comment, to: &block)
    try write(block)
  }
}
