import SessionEvents

/// What one side allows the other (RFC 9113 §6.5.2), as far as it matters for reading.
struct HTTP2Settings: Hashable {
  var headerTableSize = 4_096
  var allowsPush = true
  var initialWindow: UInt64 = 65_535
  var maxFrameSize = 16_384

  /// Applies the parameters of a SETTINGS payload; `note` gets what is wrong with one, which is then passed over.
  mutating func apply(_ payload: [UInt8], from sender: Party, note: (String) -> Void) {
    var reader = ByteReader(payload)
    while let id = reader.uint16(), let value = reader.uint32() {
      switch id {
      case 1:
        headerTableSize = Int(value)
      case 2:
        if value > 1 {
          note("SETTINGS_ENABLE_PUSH is \(value), neither 0 nor 1")
        } else if value == 1, sender == .server {
          note("SETTINGS_ENABLE_PUSH of a server is 1")
        } else {
          allowsPush = value == 1
        }
      case 4:
        if value > 0x7fff_ffff {
          note("SETTINGS_INITIAL_WINDOW_SIZE \(value) is beyond 2^31-1")
        } else {
          initialWindow = UInt64(value)
        }
      case 5:
        if value < 16_384 || value > 16_777_215 {
          note("SETTINGS_MAX_FRAME_SIZE \(value) is not between 2^14 and 2^24-1")
        } else {
          maxFrameSize = Int(value)
        }
      case 8 where value > 1:
        note("SETTINGS_ENABLE_CONNECT_PROTOCOL is \(value), neither 0 nor 1")
      default:
        // RFC 9113 §6.5.2: unknown parameters are ignored.
        break
      }
    }
  }
}

/// The settings that one side sent, and which of them the other has acknowledged.
struct HTTP2SettingsHistory {
  private(set) var acknowledged = HTTP2Settings()
  private var pending: [HTTP2Settings] = []
  /// Whether they, and what else bounds the other side, were read without a gap.
  private(set) var isCertain = false
  private var hasGap = false

  /// What the newest settings say, acknowledged or not.
  var newest: HTTP2Settings { pending.last ?? acknowledged }

  /// The most that the other side may send in a frame: it may use new settings before its acknowledgement is seen.
  var maxFrameSize: Int { pending.reduce(acknowledged.maxFrameSize) { max($0, $1.maxFrameSize) } }

  var initialWindow: UInt64 { pending.reduce(acknowledged.initialWindow) { max($0, $1.initialWindow) } }

  var pendingCount: Int { pending.count }

  mutating func receive(_ payload: [UInt8], from sender: Party, note: (String) -> Void) {
    var settings = newest
    settings.apply(payload, from: sender, note: note)
    pending.append(settings)
    isCertain = !hasGap
  }

  /// A part of them, or of a WINDOW_UPDATE, is missing.
  mutating func lose() {
    hasGap = true
    isCertain = false
  }

  /// The other side confirms the oldest unconfirmed settings; false where there are none.
  mutating func acknowledge() -> Bool {
    guard !pending.isEmpty else { return false }
    acknowledged = pending.removeFirst()
    return true
  }
}
