import CPcap
import Glibc
public import SessionEvents

/// Writes a pcap file with nanosecond timestamps through libpcap, large pieces at a time.
///
/// The buffer is given to the kernel only between packets: so the file ends with a whole one, unless the process is
/// killed within that very call. As long as it is written the file is locked (`flock`), which tells others so, and
/// which no crash outlives. When a write fails, the file is cut back to its last whole packet, and `packetCount`
/// says how many it has; the writer then takes no more.
public struct CaptureWriter: ~Copyable {
  /// As it was given; `-` is standard output.
  public let path: String
  /// The size of the file once it is flushed.
  public var byteCount: UInt64 { UInt64(offset) }
  /// How many packets the capture has, those in the buffer included.
  public private(set) var packetCount: UInt64 = 0

  /// Owned, like its stdio buffer, which lives longer; nil once closed.
  private var dumper: OpaquePointer?
  private let buffer: UnsafeMutablePointer<CChar>
  /// Where the next packet's record begins, in the file as it will be once flushed.
  private var offset = fileHeaderLength
  /// Up to where the file was flushed, and how many packets it had then.
  private var flushed = (offset: fileHeaderLength, packetCount: UInt64(0))

  private static let bufferSize = 256 << 10
  private static let fileHeaderLength = 24
  private static let recordHeaderLength = 16
  /// libpcap's own limit for what it reads back.
  private static let snapshotLength: Int32 = 262_144

  /// Creates the file at `path` with mode 0600, or takes standard output for `-`, and writes the file header.
  ///
  /// An existing file is refused, unless `replacing`. `linkNumber` is a DLT number.
  public init(path: String, linkNumber: Int32, replacing: Bool = false) throws(CaptureError) {
    let descriptor = try Self.open(path, replacing: replacing)
    // Never fuller than `bufferSize`, see `needsFlush`; so stdio writes only when told.
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.bufferSize + 4096)
    do throws(CaptureError) {
      dumper = try Self.makeDumper(descriptor, buffer, path: path, linkNumber: linkNumber)
    } catch {
      buffer.deallocate()
      if path != "-" { unlink(path) }
      throw error
    }
    self.path = path
    self.buffer = buffer
  }

  deinit {
    // Flushes what is left; whoever cares for errors has called `close`.
    if let dumper { pcap_dump_close(dumper) }
    buffer.deallocate()
  }

  /// Whether writing a packet of this length empties the buffer first.
  public func needsFlush(before byteCount: Int) -> Bool {
    offset - flushed.offset + Self.recordHeaderLength + byteCount > Self.bufferSize
  }

  /// Appends a packet of at most 262,144 bytes; `originalLength` is given where it had more than was captured.
  public mutating func write(
    time: Timestamp, _ packet: Span<UInt8>, originalLength: Int? = nil
  ) throws(CaptureError) {
    if needsFlush(before: packet.count) { try flush() }
    guard let dumper else { throw closedFailure }
    var header = pcap_pkthdr()
    header.ts = timeval(time)
    header.caplen = UInt32(packet.count)
    header.len = UInt32(originalLength ?? packet.count)
    packet.withUnsafeBufferPointer { bytes in
      // libpcap passes its `FILE` and its "user" argument as one and the same pointer.
      pcap_dump(UnsafeMutablePointer<UInt8>(dumper), &header, bytes.baseAddress)
    }
    offset += Self.recordHeaderLength + packet.count
    packetCount += 1
  }

  /// Where the file is now; standard output is always in place.
  public var place: FilePlace {
    guard path != "-", let dumper, let file = pcap_dump_file(dumper) else { return .there }
    return FilePlace(of: fileno(file), path: path)
  }

  /// Gives everything written so far to the kernel.
  public mutating func flush() throws(CaptureError) {
    guard let dumper else { throw closedFailure }
    guard offset != flushed.offset else { return }
    guard pcap_dump_flush(dumper) == 0 else {
      let failure = SystemFailure("write")
      salvage()
      throw .system(path: path, failure)
    }
    flushed = (offset, packetCount)
  }

  /// Flushes and closes the file; does nothing when it is closed already.
  public mutating func close() throws(CaptureError) {
    guard dumper != nil else { return }
    try flush()
    if let dumper { pcap_dump_close(dumper) }
    dumper = nil
  }

  // MARK: Opening

  private static func open(_ path: String, replacing: Bool) throws(CaptureError) -> Int32 {
    guard path == "-" else {
      let descriptor = try createOutputFile(path, replacing: replacing)
      // Nobody else can have locked a new file; on a file system without locks it goes without.
      _ = flock(descriptor, LOCK_EX | LOCK_NB)
      return descriptor
    }
    let descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0 else { throw .system(path: path, SystemFailure("dup")) }
    return descriptor
  }

  /// Takes over the descriptor, and writes the file header.
  private static func makeDumper(
    _ descriptor: Int32, _ buffer: UnsafeMutablePointer<CChar>, path: String, linkNumber: Int32
  ) throws(CaptureError) -> OpaquePointer {
    guard let file = fdopen(descriptor, "wb") else {
      let failure = SystemFailure("fdopen")
      Glibc.close(descriptor)
      throw .system(path: path, failure)
    }
    // glibc heeds the size only of a buffer that it is given.
    setvbuf(file, buffer, _IOFBF, bufferSize + 4096)
    let precision = UInt32(PCAP_TSTAMP_PRECISION_NANO)
    guard
      let pcap = pcap_open_dead_with_tstamp_precision(linkNumber, snapshotLength, precision)
    else {
      fclose(file)
      throw .libpcap(path: path, call: "pcap_open_dead", text: "out of memory")
    }
    // The dumper does not refer to the handle that it was made from.
    defer { pcap_close(pcap) }
    guard let dumper = pcap_dump_fopen(pcap, file) else {
      let text = String(cString: pcap_geterr(pcap))
      fclose(file)
      throw .libpcap(path: path, call: "pcap_dump_fopen", text: text)
    }
    guard pcap_dump_flush(dumper) == 0 else {
      let failure = SystemFailure("write")
      __fpurge(file)
      pcap_dump_close(dumper)
      throw .system(path: path, failure)
    }
    return dumper
  }

  // MARK: Failure

  private var closedFailure: CaptureError {
    .system(path: path, SystemFailure(call: "write", code: EBADF))
  }

  /// Drops what could not be written, cuts the file back to its last whole packet, and closes it.
  private mutating func salvage() {
    guard let dumper, let file = pcap_dump_file(dumper) else { return }
    // Otherwise closing would write the buffer again, behind the cut.
    __fpurge(file)
    if path != "-" { cutBack(fileno(file)) }
    packetCount = flushed.packetCount
    pcap_dump_close(dumper)
    self.dumper = nil
  }

  /// Follows the records on disk behind the last flush, as far as they are whole.
  private mutating func cutBack(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    let size = Int(status.st_size)
    while let end = recordEnd(descriptor, at: flushed.offset), end <= size, flushed.packetCount < packetCount
    {
      flushed = (end, flushed.packetCount + 1)
    }
    ftruncate(descriptor, flushed.offset)
  }

  private func recordEnd(_ descriptor: Int32, at start: Int) -> Int? {
    // Seconds, nanoseconds, captured length, original length, in this machine's byte order.
    var header: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    guard
      pread(descriptor, &header, Self.recordHeaderLength, start) == Self.recordHeaderLength
    else { return nil }
    return start + Self.recordHeaderLength + Int(header.2)
  }
}

extension timeval {
  /// At nanosecond precision `tv_usec` counts nanoseconds.
  fileprivate init(_ time: Timestamp) {
    var (seconds, nanoseconds) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if nanoseconds < 0 {
      seconds -= 1
      nanoseconds += 1_000_000_000
    }
    self.init(tv_sec: Int(seconds), tv_usec: Int(nanoseconds))
  }
}
