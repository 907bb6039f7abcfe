import Glibc

/// Reads a capture together with its sidecar, in the order in which everything happened, in flat memory.
///
/// Every sidecar line is delivered after the packets that came before it and before those that came after.
public struct RecordingReader: ~Copyable {
  private var capture: CaptureReader
  private var sidecar: SidecarReader?
  private var pending: SidecarLine?
  private var end: End?

  /// Why no more packets come.
  private enum End {
    case reached
    case failed(CaptureError)
  }

  public var path: String { capture.path }
  /// The DLT number of the packets' framing.
  public var linkNumber: Int32 { capture.linkNumber }
  public var sidecarHeader: SidecarHeader? {
    switch sidecar {
    case .some(let sidecar): sidecar.header
    case .none: nil
    }
  }

  public var hasSidecar: Bool {
    switch sidecar {
    case .some: true
    case .none: false
    }
  }

  /// Opens the capture at `path` (`-` is standard input) and the sidecar beside it, if there is one.
  public init(path: String) throws(CaptureError) {
    let capture = try CaptureReader(path: path)
    var sidecar = try Self.sidecar(forCapture: path)
    let pending = try sidecar?.next() ?? nil
    self.capture = capture
    self.pending = pending
    self.sidecar = sidecar
  }

  private static func sidecar(forCapture path: String) throws(CaptureError) -> SidecarReader? {
    guard let path = sidecarPath(forCapture: path), access(path, F_OK) == 0 else { return nil }
    return try SidecarReader(path: path)
  }

  /// Whether the sidecar ended inside a line; known once everything was read.
  public var isSidecarCutShort: Bool {
    switch sidecar {
    case .some(let sidecar): sidecar.isCutShort
    case .none: false
    }
  }

  /// Hands the next line or packet to its closure; nil at the end.
  ///
  /// Where the capture is cut short or malformed, all that can be read is delivered, the rest of the sidecar
  /// included, and then the error is thrown, once.
  public mutating func next<Result>(
    line: (SidecarLine) -> Result, packet: (CapturedPacket, Span<UInt8>) -> Result
  ) throws(CaptureError) -> Result? {
    if let pending, end != nil || pending.after <= capture.packetCount {
      self.pending = try nextLine()
      return line(pending)
    }
    switch end {
    case .reached:
      return nil
    case .failed(let error):
      end = .reached
      throw error
    case nil:
      do throws(CaptureError) {
        if let result = try capture.next(packet) { return result }
        end = .reached
      } catch {
        end = .failed(error)
      }
      return try next(line: line, packet: packet)
    }
  }

  private mutating func nextLine() throws(CaptureError) -> SidecarLine? {
    try sidecar?.next() ?? nil
  }
}
