import SessionEvents

/// Reads the DNS message that a body is (RFC 8484 §6).
final class DNSBodyReader: BodyReader {
  /// No message can be longer (RFC 1035 §4.2.2).
  private static let longest = 65_535

  private let direction: Direction
  private let limits: InspectionLimits
  private var bytes: [UInt8] = []

  init(_ direction: Direction, limits: InspectionLimits) {
    self.direction = direction
    self.limits = limits
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    for index in 0..<min(bytes.count, DNSBodyReader.longest - self.bytes.count) {
      self.bytes.append(bytes[index])
    }
  }

  func finish(_ end: BodyEnd, into result: inout BodyResult) {
    var reader = DNSMessageReader(
      bytes, bytes.indices, offset: result.start, direction: direction, limits: limits)
    if let message = reader.message() {
      result.content = .dns(message, findings: reader.findings.all)
    } else {
      result.findings += reader.findings.all
    }
  }
}
