/// Collects a ClientHello from the first bytes of a client's stream, over as many records as it takes.
///
/// ```text
/// record:    | 22 | 3 | 0…4 | length (2) | fragment …
/// handshake:                             | 1 | length (3) | 3 | minor | random (32) | …
/// ```
///
/// It says `notTLS` at the first byte that rules TLS out (RFC 8446 §5.1, §4.1.2). The result does not depend on how
/// the bytes are split; once `notTLS` or `hello` was said it is said again, whatever comes.
public struct ClientHelloAssembler: Sendable {
  public enum Progress: Hashable, Sendable {
    /// All bytes so far may begin a ClientHello.
    case needMore
    case notTLS
    /// The whole handshake message, type and length included, without record headers.
    case hello([UInt8])
  }

  /// The smallest ClientHello: version, random, empty session id, one cipher suite, one compression method.
  private static let smallestBodyByteCount = 41
  private static let largestFragmentByteCount = 16_384

  private let limit: Int
  private var result: Progress = .needMore
  /// Bytes of the stream taken until the result stood.
  private(set) var byteCount = 0
  private var recordHeader: [UInt8] = []
  /// Bytes of the current record's fragment still to come; 0 while its header is read.
  private var fragmentRest = 0
  private var message: [UInt8] = []

  /// A hello of more than `limit` bytes counts as `notTLS`.
  public init(limit: Int = InspectionLimits().helloByteCount) {
    self.limit = limit
  }

  /// Takes the next bytes of the stream.
  public mutating func receive(_ bytes: Span<UInt8>) -> Progress {
    var position = 0
    defer { byteCount += position }
    while position < bytes.count, result == .needMore {
      if fragmentRest > 0 {
        let end = min(bytes.count, position + fragmentRest)
        fragmentRest -= end - position
        while position < end, result == .needMore {
          appendToMessage(bytes[position])
          position += 1
        }
      } else {
        appendToRecordHeader(bytes[position])
        position += 1
      }
    }
    return result
  }

  /// Takes the next bytes of the stream.
  public mutating func receive(_ bytes: [UInt8]) -> Progress {
    receive(bytes.span)
  }

  private mutating func appendToRecordHeader(_ byte: UInt8) {
    let plausible =
      switch recordHeader.count {
      case 0: byte == 22
      case 1: byte == 3
      case 2: byte <= 4
      case 3: Int(byte) << 8 <= Self.largestFragmentByteCount
      default: (1...Self.largestFragmentByteCount).contains(Int(recordHeader[3]) << 8 | Int(byte))
      }
    guard plausible else {
      result = .notTLS
      return
    }
    recordHeader.append(byte)
    if recordHeader.count == 5 {
      fragmentRest = Int(recordHeader[3]) << 8 | Int(recordHeader[4])
      recordHeader.removeAll(keepingCapacity: true)
    }
  }

  private mutating func appendToMessage(_ byte: UInt8) {
    message.append(byte)
    let plausible =
      switch message.count {
      case 1: byte == 1
      case 2: Int(byte) << 16 <= limit
      case 4:
        (Self.smallestBodyByteCount...max(Self.smallestBodyByteCount, limit - 4)).contains(bodyByteCount)
      case 5: byte == 3
      default: true
      }
    guard plausible else {
      message = []
      result = .notTLS
      return
    }
    if message.count >= 4, message.count == 4 + bodyByteCount {
      result = .hello(message)
      message = []
    }
  }

  private var bodyByteCount: Int {
    Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
  }
}
