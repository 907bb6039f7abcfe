/// Reads a pcap or pcapng file, plain or compressed with gzip or zstd, packet after packet, in memory that does not
/// grow.
///
/// pcap is read by libpcap, pcapng by a reader of our own, since libpcap's refuses files whose interfaces differ. The
/// file is read forwards only, so it may be a pipe, and what the pipe has given is delivered at once.
public struct CaptureReader: ~Copyable {
  /// As it was given; `-` is standard input.
  public let path: String
  /// The DLT number of all packets' framing; nil where every packet has its own (pcapng).
  public let linkNumber: Int32?
  /// How many packets were read.
  public private(set) var packetCount: UInt64 = 0

  /// One of the two is there.
  private let library: LibraryReader?
  private var blocks: BlockReader?
  private let input: InputFile

  /// Opens the file at `path`, or standard input for `-`, and reads its header.
  public init(path: String) throws(CaptureError) {
    let source = try CaptureSource(try InputFile(path: path))
    let format = try Self.format(source)
    let library = try Self.library(format, source)
    let blocks = library == nil ? try BlockReader(source) : nil
    self.path = path
    self.library = library
    self.blocks = blocks
    input = source.input
    linkNumber = library?.linkNumber
  }

  /// How many bytes of the file were read, of compressed ones as they are.
  public var position: UInt64 {
    guard let library, library.isPlain else { return input.position }
    return library.offset
  }

  /// How many bytes the file has; nil for a pipe.
  public var byteCount: UInt64? { input.byteCount }

  /// Hands the next packet's bytes, as captured, to `body`; nil at the end of the file.
  ///
  /// Throws where the file is cut short or damaged; whatever came before was delivered.
  public mutating func next<Result>(
    _ body: (CapturedPacket, Span<UInt8>) -> Result
  ) throws(CaptureError) -> Result? {
    var result: Result?
    _ = try read { result = body($0, $1) }
    return result
  }

  /// Hands the next packet's bytes, as captured, to `body`; false at the end of the file.
  ///
  /// It does what `next(_:)` does, but is not generic: that costs much where it is called from another module.
  public mutating func read(
    _ body: (CapturedPacket, Span<UInt8>) -> Void
  ) throws(CaptureError) -> Bool {
    let isThere = if let library { try library.read(body) } else { try blocks?.next(body) != nil }
    if isThere { packetCount += 1 }
    return isThere
  }

  private static func format(_ source: CaptureSource) throws(CaptureError) -> CaptureFormat {
    let path = source.input.path
    let magic = try source.peek(CaptureFormat.magicLength)
    if magic.isEmpty { throw .empty(path: path) }
    if magic.count < CaptureFormat.magicLength { throw .truncatedHeader(path: path) }
    switch CaptureFormat(magic: magic) {
    case .compressed: throw .compressedTwice(path: path)
    case nil: throw .notACapture(path: path, text: "unknown file format")
    case let format?: return format
    }
  }

  private static func library(
    _ format: CaptureFormat, _ source: CaptureSource
  ) throws(CaptureError) -> LibraryReader? {
    guard case .pcap(let recordHeaderLength) = format else { return nil }
    return try LibraryReader(source, recordHeaderLength: recordHeaderLength)
  }
}
