/// The header of a frame (RFC 9113 §4.1).
///
/// ```text
/// | length: 24 | type: 8 | flags: 8 | reserved: 1, stream: 31 | payload
/// ```
struct HTTP2Frame: Hashable {
  static let headerByteCount = 9

  var byteCount: Int
  var type: HTTP2FrameType
  var flags: UInt8
  var stream: UInt32
  /// The stream offset of its first byte.
  var offset: UInt64
  /// Of its first byte.
  var start: Sighting

  /// Reads the nine bytes of a header.
  init?(_ header: [UInt8], offset: UInt64, start: Sighting) {
    var reader = ByteReader(header)
    guard let byteCount = reader.uint24(), let type = reader.uint8(), let flags = reader.uint8(),
      let stream = reader.uint32()
    else { return nil }
    self.byteCount = byteCount
    self.type = HTTP2FrameType(type)
    self.flags = flags
    self.stream = stream & 0x7fff_ffff
    self.offset = offset
    self.start = start
  }

  var endsStream: Bool { flags & 0x01 != 0 }
  var isAcknowledgement: Bool { flags & 0x01 != 0 }
  var endsHeaders: Bool { flags & 0x04 != 0 }
  var isPadded: Bool { flags & 0x08 != 0 }
  var hasPriority: Bool { flags & 0x20 != 0 }
}

/// RFC 9113 §6; unknown types are ignored (§5.5).
enum HTTP2FrameType: Hashable {
  case data
  case headers
  case priority
  case resetStream
  case settings
  case pushPromise
  case ping
  case goAway
  case windowUpdate
  case continuation
  case unknown(UInt8)

  init(_ code: UInt8) {
    self =
      switch code {
      case 0: .data
      case 1: .headers
      case 2: .priority
      case 3: .resetStream
      case 4: .settings
      case 5: .pushPromise
      case 6: .ping
      case 7: .goAway
      case 8: .windowUpdate
      case 9: .continuation
      default: .unknown(code)
      }
  }

  var name: String {
    switch self {
    case .data: "DATA"
    case .headers: "HEADERS"
    case .priority: "PRIORITY"
    case .resetStream: "RST_STREAM"
    case .settings: "SETTINGS"
    case .pushPromise: "PUSH_PROMISE"
    case .ping: "PING"
    case .goAway: "GOAWAY"
    case .windowUpdate: "WINDOW_UPDATE"
    case .continuation: "CONTINUATION"
    case .unknown(let code): "TYPE\(code)"
    }
  }
}

/// The name of an error code (RFC 9113 §7); unknown ones like `ERROR32`.
func http2ErrorName(_ code: UInt32) -> String {
  let names = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
    "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]
  return code < UInt32(names.count) ? names[Int(code)] : "ERROR\(code)"
}
