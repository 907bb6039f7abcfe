import CPcap
import Glibc
import SessionEvents

/// Reads a pcap or pcapng file through libpcap, packet after packet, in memory that does not grow.
public struct CaptureReader: ~Copyable {
  /// As it was given; `-` is standard input.
  public let path: String
  /// The DLT number of all packets' framing; nil where every packet has its own (pcapng).
  public let linkNumber: Int32?
  /// How many packets were read.
  public private(set) var packetCount: UInt64 = 0

  /// How many bytes of the file were read, compressed as they are.
  public var position: UInt64 {
    // libpcap's own file, which lives as long as its handle.
    pcap_file(handle).map { UInt64(clamping: ftello($0)) } ?? 0
  }
  /// How many bytes the file has; nil for a pipe.
  public let byteCount: UInt64?

  private let handle: OpaquePointer
  private let buffer: UnsafeMutablePointer<CChar>

  private static let bufferSize = 256 << 10

  /// Opens the file at `path`, or standard input for `-`, and reads its header.
  public init(path: String) throws(CaptureError) {
    let descriptor = try Self.open(path)
    guard let file = fdopen(descriptor, "rb") else {
      let failure = SystemFailure("fdopen")
      close(descriptor)
      throw .system(path: path, failure)
    }
    // glibc heeds the size only of a buffer that it is given.
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.bufferSize)
    setvbuf(file, buffer, _IOFBF, Self.bufferSize)
    var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    let precision = UInt32(PCAP_TSTAMP_PRECISION_NANO)
    guard let handle = pcap_fopen_offline_with_tstamp_precision(file, precision, &text) else {
      fclose(file)
      buffer.deallocate()
      throw Self.openingFailure(path, pcapText(text))
    }
    self.path = path
    var status = stat()
    byteCount =
      fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? UInt64(status.st_size) : nil
    self.handle = handle
    self.buffer = buffer
    linkNumber = pcap_datalink(handle)
  }

  deinit {
    // Closes the stdio file too, which libpcap owns since it opened on it; only then its buffer goes.
    pcap_close(handle)
    buffer.deallocate()
  }

  /// Hands the next packet's bytes, as captured, to `body`; nil at the end of the file.
  ///
  /// Throws `truncated` where the file ends inside a packet; whatever came before was delivered.
  public mutating func next<Result>(
    _ body: (CapturedPacket, Span<UInt8>) -> Result
  ) throws(CaptureError) -> Result? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    let status = pcap_next_ex(handle, &header, &bytes)
    guard status == 1, let header, let bytes else {
      if status == PCAP_ERROR_BREAK { return nil }
      throw readingFailure()
    }
    packetCount += 1
    let packet = CapturedPacket(
      number: packetCount, time: Timestamp(header.pointee.ts), originalLength: Int(header.pointee.len),
      linkNumber: pcap_datalink(handle))
    // libpcap's buffer holds `caplen` bytes until its next call, which cannot come before `body` returns.
    let buffer = UnsafeBufferPointer(start: bytes, count: Int(header.pointee.caplen))
    return body(packet, buffer.span)
  }

  // MARK: Opening

  private static func open(_ path: String) throws(CaptureError) -> Int32 {
    let isStandardInput = path == "-"
    let descriptor =
      isStandardInput
      ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .system(path: path, SystemFailure(isStandardInput ? "dup" : "open"))
    }
    do throws(CaptureError) {
      try check(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Says more than libpcap would of files that are no captures; pipes are left to libpcap.
  private static func check(_ descriptor: Int32, _ path: String) throws(CaptureError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path: path, SystemFailure("fstat")) }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { return }
    if status.st_size == 0 { throw .empty(path: path) }
    var magic = [UInt8](repeating: 0, count: 4)
    guard pread(descriptor, &magic, 4, 0) >= 2 else { return }
    if case .compressed(let compression) = CaptureFormat(magic: magic) {
      throw .compressed(path: path, compression)
    }
  }

  private static func openingFailure(_ path: String, _ text: String) -> CaptureError {
    if text.contains("tried to read 4 "), text.contains("only got 0") { return .empty(path: path) }
    if text.contains("truncated") { return .truncatedHeader(path: path) }
    return .notACapture(path: path, text: text)
  }

  private func readingFailure() -> CaptureError {
    let text = String(cString: pcap_geterr(handle))
    let packet = packetCount + 1
    if text.contains("truncated") { return .truncated(path: path, packet: packet, offset: position) }
    return .malformed(path: path, packet: packet, offset: position, text: text)
  }
}

func pcapText(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension Timestamp {
  /// libpcap's time at nanosecond precision, where `tv_usec` counts nanoseconds; clamped to the range.
  fileprivate init(_ time: timeval) {
    let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = seconds.addingReportingOverflow(Int64(time.tv_usec))
    self.init(nanoseconds: overflow || sumOverflow ? (time.tv_sec < 0 ? .min : .max) : sum)
  }
}
