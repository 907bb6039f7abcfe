import SessionEvents

/// Reads one direction of a TLS stream: cuts it into records, and joins what stands in the clear.
///
/// ```text
/// record: | type (20…24) | 3 | 0…4 | length (2) | fragment …      RFC 8446 §5.1, RFC 5246 §6.2.1, RFC 6101 §5.2.1
/// ```
///
/// Behind a gap, or bytes that are no record, it looks for the next header. A ClientHello in the format of SSL 2
/// (RFC 5246 §E.2) is read where a client begins with one.
struct TLSRecordReader {
  enum Event {
    /// The bytes were taken, and say nothing yet.
    case nothing
    case handshake(TLSHandshakeMessage)
    /// A ClientHello in the format of SSL 2, without its record header.
    case oldHello(TLSHandshakeMessage)
    case alert(level: UInt8, description: UInt8, start: Sighting)
    /// What follows is encrypted; the message that this cuts, if any.
    case changeCipherSpec(TLSHandshakeMessage?)
    /// Something is wrong at this stream offset.
    case problem(TLSProblem, UInt64, String)
  }

  private enum State {
    case header
    case fragment(Fragment)
    case oldHello(TLSHandshakeMessage, rest: Int)
    /// Looking for a record; so many bytes were passed over.
    case searching(UInt64)
    case lost
  }

  private struct Fragment {
    var use: Use
    var rest: Int
    var start: Sighting
  }

  private enum Use {
    case handshake
    case alert
    case changeCipherSpec
    case applicationData
    case unread
  }

  /// TLSCiphertext may be longer than its plaintext by 2,048 bytes (RFC 5246 §6.2.3).
  private static let longestFragment = 16_384 + 2_048
  private static let headerByteCount = 5

  private let limits: InspectionLimits
  private var state: State = .header
  /// Bytes of a header, and when each was seen.
  private var header: [UInt8] = []
  private var headerSightings: [Sighting] = []
  private var alert: [UInt8] = []
  private var assembly: TLSHandshakeAssembly
  private let readsOldHello: Bool
  /// Whether a record was found by searching, and none followed it yet.
  private var isUnconfirmed = false
  private(set) var counts = TLSRecordCounts.Side()
  /// Records with a plausible header, of any type.
  private(set) var recordCount: UInt64 = 0
  /// The stream offset of the next byte.
  private(set) var offset: UInt64 = 0

  init(_ direction: Direction, limits: InspectionLimits) {
    self.limits = limits
    readsOldHello = direction == .clientToServer
    assembly = TLSHandshakeAssembly(limits: limits)
  }

  /// Takes bytes from `position` on, up to the next thing worth telling.
  mutating func next(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Event {
    let before = position
    defer { offset += UInt64(position - before) }
    switch state {
    case .header:
      return readHeader(bytes, &position, at: sighting)
    case .fragment(let fragment):
      return read(fragment, bytes, &position, at: sighting)
    case .oldHello(let message, let rest):
      return readOldHello(message, rest, bytes, &position, at: sighting)
    case .searching(let passed):
      return search(passed, bytes, &position, at: sighting)
    case .lost:
      position = bytes.count
      return .nothing
    }
  }

  /// So many bytes are missing; gives the message that they cut, as far as it was seen.
  mutating func skip(_ byteCount: UInt64) -> TLSHandshakeMessage? {
    defer { offset += byteCount }
    switch state {
    case .fragment(var fragment) where byteCount <= UInt64(fragment.rest):
      let count = Int(byteCount)
      fragment.rest -= count
      var cut: TLSHandshakeMessage?
      switch fragment.use {
      case .handshake:
        let isLost: Bool
        (cut, isLost) = assembly.skip(count)
        if isLost { fragment.use = .unread }
      case .changeCipherSpec:
        cut = assembly.protect()
      case .alert:
        alert = []
        fragment.use = .unread
      case .applicationData, .unread:
        break
      }
      finishRecordIfDone(fragment)
      return cut
    case .lost:
      return nil
    case .header, .fragment, .oldHello, .searching:
      forgetHeader()
      alert = []
      state = .searching(0)
      return assembly.lose()
    }
  }

  /// No more bytes will come; gives the message that is unfinished.
  mutating func finish() -> TLSHandshakeMessage? {
    defer { state = .lost }
    if case .oldHello(var message, _) = state {
      message.isWhole = false
      return message
    }
    return assembly.lose()
  }

  // MARK: Headers

  private mutating func readHeader(
    _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) -> Event {
    let first = position
    while position < bytes.count {
      header.append(bytes[position])
      headerSightings.append(sighting)
      position += 1
      let end = offset + UInt64(position - first)
      if readsOldHello, header[0] >= 0x80, end == UInt64(header.count), SSL2Hello.mayBegin(header) {
        guard header.count == SSL2Hello.headerByteCount else { continue }
        beginOldHello(at: sighting)
        return .nothing
      }
      guard TLSRecordReader.mayBegin(header) else {
        return loseTrack(at: end - UInt64(header.count))
      }
      if header.count == TLSRecordReader.headerByteCount {
        isUnconfirmed = false
        beginRecord(at: sighting)
        return .nothing
      }
    }
    return .nothing
  }

  private static func mayBegin(_ header: [UInt8]) -> Bool {
    guard let last = header.last else { return true }
    switch header.count {
    case 1: return (20...24).contains(last)
    case 2: return last == 3
    case 3: return last <= 4
    case 4: return Int(last) << 8 <= longestFragment
    default: return length(header) <= longestFragment
    }
  }

  /// What is believed to be a header in the midst of anything.
  private static func maySurprise(_ header: [UInt8]) -> Bool {
    guard mayBegin(header) else { return false }
    switch header.count {
    case 1: return header[0] <= 23
    case 3: return header[2] <= 3
    case 5:
      let length = length(header)
      switch header[0] {
      case 20: return length == 1
      case 21: return length >= 2 && length <= 256
      default: return length > 0
      }
    default: return true
    }
  }

  private static func length(_ header: [UInt8]) -> Int { Int(header[3]) << 8 | Int(header[4]) }

  private mutating func beginRecord(at sighting: Sighting) {
    let length = TLSRecordReader.length(header)
    let use = TLSRecordReader.use(ofType: header[0], length: length)
    let start = headerSightings.first ?? sighting
    forgetHeader()
    recordCount += 1
    switch use {
    case .applicationData: counts.applicationRecordCount += 1
    case .unread: counts.otherRecordCount += 1
    case .handshake: assembly.beginRecord(at: start)
    case .alert, .changeCipherSpec: break
    }
    state = length == 0 ? .header : .fragment(Fragment(use: use, rest: length, start: start))
  }

  private static func use(ofType type: UInt8, length: Int) -> Use {
    switch type {
    case 20: length == 1 ? .changeCipherSpec : .unread
    // An encrypted one is longer.
    case 21: length == 2 ? .alert : .unread
    case 22: .handshake
    case 23: .applicationData
    default: .unread
    }
  }

  private mutating func forgetHeader() {
    header.removeAll(keepingCapacity: true)
    headerSightings.removeAll(keepingCapacity: true)
  }

  // MARK: Fragments

  private mutating func read(
    _ fragment: Fragment, _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) -> Event {
    var fragment = fragment
    let before = position
    let end = position + min(fragment.rest, bytes.count - position)
    var event = Event.nothing
    switch fragment.use {
    case .applicationData:
      position = end
      counts.applicationByteCount += UInt64(end - before)
    case .unread:
      position = end
    case .changeCipherSpec:
      position = end
      event = .changeCipherSpec(assembly.protect())
    case .alert:
      alert += bytes[position..<end]
      position = end
      if alert.count == 2 {
        event = .alert(level: alert[0], description: alert[1], start: fragment.start)
        alert = []
      }
    case .handshake:
      event = readHandshake(&fragment.use, bytes, &position, end, at: sighting)
    }
    fragment.rest -= position - before
    finishRecordIfDone(fragment)
    return event
  }

  private mutating func finishRecordIfDone(_ fragment: Fragment) {
    if fragment.rest > 0 {
      state = .fragment(fragment)
    } else {
      state = .header
      assembly.endRecord()
    }
  }

  private mutating func readHandshake(
    _ use: inout Use, _ bytes: [UInt8], _ position: inout Int, _ end: Int, at sighting: Sighting
  ) -> Event {
    switch assembly.take(bytes, &position, end, offset: offset, at: sighting) {
    case .more:
      return .nothing
    case .message(let message):
      return .handshake(message)
    case .unreadable(let isEncrypted):
      use = .unread
      counts.otherRecordCount += 1
      let place = assembly.messageOffset
      return isEncrypted
        ? .nothing : .problem(.handshakeInvalid, place, "a handshake message of a type that is not in use")
    }
  }

  // MARK: SSL 2

  private mutating func beginOldHello(at sighting: Sighting) {
    let message = TLSHandshakeMessage(
      type: 1, bytes: Array(header.dropFirst(2)), isWhole: true, offset: 2,
      start: headerSightings.first ?? sighting, end: sighting)
    let rest = SSL2Hello.messageByteCount(header) - message.bytes.count
    forgetHeader()
    recordCount += 1
    state = .oldHello(message, rest: rest)
  }

  private mutating func readOldHello(
    _ message: TLSHandshakeMessage, _ rest: Int, _ bytes: [UInt8], _ position: inout Int,
    at sighting: Sighting
  ) -> Event {
    var message = message
    state = .header
    let count = min(rest, bytes.count - position)
    message.bytes += bytes[position..<position + count]
    message.end = sighting
    position += count
    if count == rest { return .oldHello(message) }
    state = .oldHello(message, rest: rest - count)
    return .nothing
  }

  // MARK: Searching

  /// What began as a header is none; its bytes are searched, too.
  private mutating func loseTrack(at place: UInt64) -> Event {
    let wasUnconfirmed = isUnconfirmed
    isUnconfirmed = false
    state = .searching(0)
    _ = assembly.lose()
    dropFromHeader()
    return wasUnconfirmed ? .nothing : .problem(.recordInvalid, place, "no record begins where one should")
  }

  private mutating func search(
    _ passed: UInt64, _ bytes: [UInt8], _ position: inout Int, at sighting: Sighting
  ) -> Event {
    let first = position
    let allowance = limits.tls.resynchronisationByteCount - passed
    let end = position + Int(min(UInt64(bytes.count - position), allowance))
    while position < end {
      if header.isEmpty {
        while position < end, !(20...23).contains(bytes[position]) { position += 1 }
        guard position < end else { break }
      }
      header.append(bytes[position])
      headerSightings.append(sighting)
      position += 1
      if !TLSRecordReader.maySurprise(header) { dropFromHeader() }
      if header.count == TLSRecordReader.headerByteCount {
        isUnconfirmed = true
        beginRecord(at: sighting)
        return .nothing
      }
    }
    let count = UInt64(position - first)
    guard count == allowance else {
      state = .searching(passed + count)
      return .nothing
    }
    state = .lost
    return .problem(
      .givenUp, offset + count, "no record begins in \(limits.tls.resynchronisationByteCount) bytes")
  }

  /// Drops the bytes that begin no header, until those left may.
  private mutating func dropFromHeader() {
    repeat {
      header.removeFirst()
      headerSightings.removeFirst()
    } while !header.isEmpty && !isEveryPrefixPlausible
  }

  private var isEveryPrefixPlausible: Bool {
    (1...header.count).allSatisfy { TLSRecordReader.maySurprise(Array(header.prefix($0))) }
  }
}
