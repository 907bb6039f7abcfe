import CPcap
import Glibc
import SessionEvents

/// Reads a pcap file through libpcap.
final class LibraryReader {
  /// The DLT number of all packets' framing.
  let linkNumber: Int32
  private var packetCount: UInt64 = 0
  private let path: String
  private let recordHeaderLength: Int
  /// Where in the stdio file the capture begins.
  private let start: off_t
  private let handle: OpaquePointer
  private let buffer: UnsafeMutablePointer<CChar>
  /// What gives the bytes; nil where stdio reads a plain file itself.
  private let source: CaptureSource?

  private static let bufferSize = 256 << 10

  /// Reads the file header; a plain file is handed to stdio, the bytes of any other come from the source.
  init(_ source: CaptureSource, recordHeaderLength: Int) throws(CaptureError) {
    let path = source.input.path
    let descriptor = source.compression == nil ? source.input.takeDescriptor() : nil
    let file = try Self.open(source, descriptor)
    // glibc heeds the size only of a buffer that it is given.
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.bufferSize)
    setvbuf(file, buffer, _IOFBF, Self.bufferSize)
    var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    let precision = UInt32(PCAP_TSTAMP_PRECISION_NANO)
    guard let handle = pcap_fopen_offline_with_tstamp_precision(file, precision, &text) else {
      fclose(file)
      buffer.deallocate()
      let text = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw source.failure ?? Self.openingFailure(path, text)
    }
    self.path = path
    self.recordHeaderLength = recordHeaderLength
    self.buffer = buffer
    self.source = descriptor == nil ? source : nil
    start = descriptor == nil ? 0 : source.input.start
    self.handle = handle
    linkNumber = pcap_datalink(handle)
  }

  deinit {
    // Closes the stdio file too, which libpcap owns since it opened on it; only then its buffer goes, and the source.
    pcap_close(handle)
    buffer.deallocate()
  }

  /// Whether stdio reads the file itself.
  var isPlain: Bool { source == nil }

  /// How many bytes of the capture libpcap has read.
  var offset: UInt64 {
    // libpcap's own file, which lives as long as its handle.
    pcap_file(handle).map { UInt64(clamping: ftello($0) - start) } ?? 0
  }

  /// Hands the next packet's bytes to `body`; false at the end of the file.
  func read(
    _ body: (CapturedPacket, Span<UInt8>) -> Void
  ) throws(CaptureError) -> Bool {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    let status = pcap_next_ex(handle, &header, &bytes)
    guard status == 1, let header, let bytes else {
      if status == PCAP_ERROR_BREAK { return false }
      throw failure()
    }
    packetCount += 1
    let packet = CapturedPacket(
      number: packetCount, time: Timestamp(header.pointee.ts), originalLength: Int(header.pointee.len),
      linkNumber: linkNumber)
    // libpcap's buffer holds `caplen` bytes until its next call, which cannot come before `body` returns.
    let buffer = UnsafeBufferPointer(start: bytes, count: Int(header.pointee.caplen))
    body(packet, buffer.span)
    return true
  }

  // MARK: Files

  /// A stdio file over the descriptor, which it takes over, or else over the source, which must outlive it.
  private static func open(
    _ source: CaptureSource, _ descriptor: Int32?
  ) throws(CaptureError) -> UnsafeMutablePointer<FILE> {
    guard let descriptor else { return try open(source) }
    guard let file = fdopen(descriptor, "rb") else {
      let failure = SystemFailure("fdopen")
      close(descriptor)
      throw .system(path: source.input.path, failure)
    }
    return file
  }

  private static func open(_ source: CaptureSource) throws(CaptureError) -> UnsafeMutablePointer<FILE> {
    // The cookie is the source itself, unretained: whoever opens the file keeps it.
    let file = wtOpenReading(Unmanaged.passUnretained(source).toOpaque()) { cookie, buffer, count in
      guard let cookie, let buffer else { return -1 }
      let source = Unmanaged<CaptureSource>.fromOpaque(cookie).takeUnretainedValue()
      // A failure stays in the source, where whoever asks libpcap finds it.
      return (try? source.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))) ?? -1
    } _: { cookie, offset, origin in
      guard let cookie, let offset, origin == SEEK_CUR, offset.pointee == 0 else { return -1 }
      offset.pointee = off_t(Unmanaged<CaptureSource>.fromOpaque(cookie).takeUnretainedValue().byteCount)
      return 0
    }
    guard let file else { throw .system(path: source.input.path, SystemFailure("fopencookie")) }
    return file
  }

  // MARK: Failures

  private static func openingFailure(_ path: String, _ text: String) -> CaptureError {
    text.contains("truncated") ? .truncatedHeader(path: path) : .notACapture(path: path, text: text)
  }

  /// What the libpcap call that just failed met.
  private func failure() -> CaptureError {
    if let failure = source?.failure { return failure }
    let text = String(cString: pcap_geterr(handle))
    let packet = packetCount + 1
    if text.contains("truncated") { return .truncated(path: path, packet: packet, offset: offset) }
    if let file = pcap_file(handle), ferror(file) != 0 {
      return .libpcap(path: path, call: "pcap_next_ex", text: text)
    }
    // libpcap looks into nothing but the header before it takes the rest.
    let record = offset - min(offset, UInt64(recordHeaderLength))
    return .malformed(path: path, packet: packet, offset: record, text: text)
  }
}

extension Timestamp {
  /// libpcap's time at nanosecond precision, where `tv_usec` counts nanoseconds; clamped to the range.
  fileprivate init(_ time: timeval) {
    let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = seconds.addingReportingOverflow(Int64(time.tv_usec))
    self.init(nanoseconds: overflow || sumOverflow ? (time.tv_sec < 0 ? .min : .max) : sum)
  }
}
