import SessionEvents

/// Reads a sidecar line by line, in memory that does not grow with the file.
///
/// Fields and events that it does not know are passed over; another major version is refused.
public struct SidecarReader: ~Copyable {
  public var path: String { lines.path }
  /// Nil where the file was cut off before its first line was whole.
  public let header: SidecarHeader?
  /// Whether the file ended inside a line, which happens when the relay is killed; that line is dropped.
  public var isCutShort: Bool { lines.isCutShort }

  private var lines: SidecarFieldsReader

  /// Opens the file and reads its first line.
  public init(path: String) throws(CaptureError) {
    var lines = try SidecarFieldsReader(path: path)
    let header = try Self.header(&lines)
    self.header = header
    self.lines = lines
  }

  /// The next line; nil at the end of the file.
  public mutating func next() throws(CaptureError) -> SidecarLine? {
    guard let fields = try lines.next() else { return nil }
    do throws(SidecarDefect) {
      return try SidecarLine(fields)
    } catch {
      throw lines.failure(error.text)
    }
  }

  private static func header(
    _ lines: inout SidecarFieldsReader
  ) throws(CaptureError) -> SidecarHeader? {
    guard let fields = try lines.next() else { return nil }
    guard fields.format == SidecarHeader.format, let version = fields.v else {
      throw .notASidecar(path: lines.path)
    }
    guard version == SidecarHeader.version else {
      throw .sidecarVersion(path: lines.path, found: version, supported: SidecarHeader.version)
    }
    return SidecarHeader(
      created: fields.created.flatMap { Timestamp(rfc3339: $0) } ?? Timestamp(nanoseconds: 0),
      tool: fields.tool ?? "", linkType: fields.linkType ?? "", command: fields.command)
  }
}

/// Reads the lines of a sidecar as JSON, their meaning unchecked.
struct SidecarFieldsReader: ~Copyable {
  let path: String
  private(set) var isCutShort = false

  private var lines: LineReader
  private var lineNumber = 0

  init(path: String) throws(CaptureError) {
    self.path = path
    lines = try LineReader(path: path)
  }

  mutating func next() throws(CaptureError) -> SidecarFields? {
    let line = try lines.next()
    lineNumber += 1
    switch line {
    case .whole(let bytes):
      return try decode(bytes)
    case .last(let bytes):
      let fields = try? decode(bytes)
      isCutShort = fields == nil
      return fields
    case .tooLong:
      throw failure("longer than \(LineReader.maximumLineLength) bytes")
    case nil:
      isCutShort = isCutShort || lineNumber == 1
      return nil
    }
  }

  /// What is wrong with the line that was read last.
  func failure(_ text: String) -> CaptureError {
    .sidecarLine(path: path, line: lineNumber, text: text)
  }

  private func decode(_ bytes: [UInt8]) throws(CaptureError) -> SidecarFields {
    do throws(JSONScanner.Failure) {
      return try SidecarFields(json: bytes)
    } catch {
      throw lineNumber == 1 ? .notASidecar(path: path) : failure("no sidecar line in JSON")
    }
  }
}
