import SessionEvents
import TestSupport

/// Made-up sessions of every kind, interleaved; the same for the same seed.
struct RandomTraffic {
  struct Options {
    /// Gaps after which a direction says no more, and such as are longer than sequence numbers count.
    var hasUnprovableGaps = true
    /// Sessions that the recording's end cuts off, and such as have no packets.
    var hasUnfinishedSessions = true
    var sessionCount = 12
  }

  private let options: Options
  private var random: SeededRandom
  private var clock: Int64 = 1_795_508_102_000_000_000

  static func events(seed: UInt64, _ options: Options = Options()) -> [SessionEvent] {
    var traffic = RandomTraffic(options: options, random: SeededRandom(seed: seed))
    return traffic.make()
  }

  private init(options: Options, random: SeededRandom) {
    self.options = options
    self.random = random
  }

  private mutating func make() -> [SessionEvent] {
    var waiting = (1...options.sessionCount).map {
      (id: UInt64($0), kinds: session(UInt64($0))[...], index: UInt64(0))
    }
    var started = 1
    var events: [SessionEvent] = []
    while !waiting.isEmpty {
      // Sessions open in the order of their numbers.
      let candidates = waiting.indices.prefix(min(waiting.count, started))
      let choice = candidates.randomElement(using: &random) ?? 0
      if waiting[choice].index == 0, choice + 1 == started { started += 1 }
      clock += Int64(random.next() % 5_000_000)
      if let kind = waiting[choice].kinds.popFirst() {
        events.append(
          SessionEvent(
            session: SessionID(waiting[choice].id), index: waiting[choice].index,
            time: Timestamp(nanoseconds: clock), kind: kind))
        waiting[choice].index += 1
      }
      if waiting[choice].kinds.isEmpty {
        waiting.remove(at: choice)
        if choice < started { started = max(1, started - 1) }
      }
    }
    return events
  }

  // MARK: Sessions

  private mutating func session(_ number: UInt64) -> [SessionEvent.Kind] {
    switch random.next() % 8 {
    case 0: return dns(number)
    case 1: return dnsOverTCP(number)
    case 2: return bypassed(number)
    case 3: return unreachable(number)
    case 4: return noise(number)
    case 5: return secured(number)
    default: return [.opened(opening(number, .tcp, port: 80))] + http(scheme: "http")
    }
  }

  private mutating func opening(_ number: UInt64, _ transport: TransportProtocol, port: UInt16)
    -> SessionOpening
  {
    let isIPv4 = random.next() % 3 != 0
    let low = random.next() % 200 + 1
    return SessionOpening(
      transport: transport,
      client: Endpoint(
        address: isIPv4 ? .v4(0x0a00_0001) : .v6(0x2001_0db8 << 32, 1), port: UInt16(40_000 + number)),
      originalDestination: Endpoint(
        address: isIPv4 ? .v4(0xc633_6400 + UInt32(low)) : .v6(0x2001_0db8 << 32, low << 16 | 2), port: port),
      interception: .sandbox,
      process: random.next() % 4 == 0
        ? nil
        : ProcessFacts(
          uid: 1_000, pid: Int32(number) + 100, name: "client", executable: "/usr/bin/client",
          commandLine: ["client", "\(number)"]))
  }

  private mutating func secured(_ number: UInt64) -> [SessionEvent.Kind] {
    let alpn: String? = random.next() % 2 == 0 ? "http/1.1" : nil
    let facts = TLSFacts(
      version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: alpn,
      certificates: [
        CertificateFacts(
          subject: "CN=example.com", issuer: "CN=Example CA", names: ["example.com"],
          notBefore: Timestamp(nanoseconds: 0), notAfter: Timestamp(nanoseconds: 1 << 60),
          sha256: [UInt8](repeating: 7, count: 32))
      ], certificateErrors: random.next() % 3 == 0 ? ["certificate has expired"] : [])
    return [
      .opened(opening(number, .tcp, port: 443)), .clientHello(randomBytes(300)), .secured(.server, facts),
      .secured(.client, TLSFacts(version: facts.version, cipher: facts.cipher, alpn: alpn)),
    ] + http(scheme: "https")
  }

  private mutating func bypassed(_ number: UInt64) -> [SessionEvent.Kind] {
    [
      .opened(opening(number, .tcp, port: 443)), .clientHello(randomBytes(200)),
      .bypassed(random.next() % 2 == 0 ? .requested("*.bank.test") : .clientCertificateRequired),
      .closed(SessionClosing(.fin)),
    ]
  }

  private mutating func unreachable(_ number: UInt64) -> [SessionEvent.Kind] {
    [
      .opened(opening(number, .tcp, port: 8_080)),
      .closed(
        SessionClosing(.reset(by: .server), cause: .upstreamUnreachable("connect: Connection refused"))),
    ]
  }

  /// A protocol that nobody knows, with gaps and half-closes.
  private mutating func noise(_ number: UInt64) -> [SessionEvent.Kind] {
    var kinds: [SessionEvent.Kind] = [.opened(opening(number, .tcp, port: 9_999))]
    var open = Direction.allCases
    for _ in 0..<(random.next() % 12) {
      guard let direction = open.randomElement(using: &random) else { break }
      switch random.next() % 6 {
      case 0:
        let count = options.hasUnprovableGaps ? random.next() % (1 << 34) : random.next() % (1 << 24)
        kinds.append(.gap(direction, byteCount: count + 1))
        if !options.hasUnprovableGaps {
          kinds.append(.bytes(direction, randomBytes(1 + random.next() % 3_000)))
        }
      case 1 where random.next() % 3 == 0:
        kinds.append(.halfClosed(direction))
        open.removeAll { $0 == direction }
      default:
        kinds.append(
          .bytes(direction, randomBytes(1 + random.next() % (random.next() % 8 == 0 ? 150_000 : 4_000))))
      }
    }
    return kinds + [end()]
  }

  private mutating func end() -> SessionEvent.Kind {
    switch random.next() % (options.hasUnfinishedSessions ? 5 : 4) {
    case 0: .closed(SessionClosing(.reset(by: .client)))
    case 1: .closed(SessionClosing(.reset(by: .server), cause: .relayStopped))
    case 4: .closed(SessionClosing(.open, cause: .relayStopped))
    default: .closed(SessionClosing(.fin))
    }
  }

  // MARK: HTTP

  private mutating func http(scheme: String) -> [SessionEvent.Kind] {
    var kinds: [SessionEvent.Kind] = []
    for number in 0..<(1 + random.next() % 4) {
      kinds += pieces(.clientToServer, Array("GET /\(number) HTTP/1.1\r\nHost: example.com\r\n\r\n".utf8))
      kinds += pieces(.serverToClient, response())
    }
    if random.next() % 2 == 0 { kinds.append(.halfClosed(.clientToServer)) }
    return kinds + [end()]
  }

  private mutating func response() -> [UInt8] {
    let body = randomBytes(random.next() % (random.next() % 8 == 0 ? 200_000 : 2_000))
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
    guard random.next() % 2 == 0 else {
      return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
    var bytes = Array("\(head)Transfer-Encoding: chunked\r\n\r\n".utf8)
    var rest = body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int(1 + random.next() % 40_000))
      bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
      rest = rest.dropFirst(chunk.count)
    }
    return bytes + Array("0\r\n\r\n".utf8)
  }

  private mutating func pieces(_ direction: Direction, _ bytes: [UInt8]) -> [SessionEvent.Kind] {
    var kinds: [SessionEvent.Kind] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int(1 + random.next() % (random.next() % 3 == 0 ? 20 : 100_000)))
      kinds.append(.bytes(direction, Array(piece)))
      rest = rest.dropFirst(piece.count)
    }
    return kinds
  }

  // MARK: DNS

  private mutating func dns(_ number: UInt64) -> [SessionEvent.Kind] {
    var kinds: [SessionEvent.Kind] = [.opened(opening(number, .udp, port: 53))]
    for _ in 0..<(random.next() % 4 + (options.hasUnfinishedSessions ? 0 : 1)) {
      let (query, answer) = messages()
      kinds.append(.datagram(.clientToServer, query))
      if random.next() % 5 != 0 { kinds.append(.datagram(.serverToClient, answer)) }
    }
    return kinds + [.closed(SessionClosing(.idle))]
  }

  private mutating func dnsOverTCP(_ number: UInt64) -> [SessionEvent.Kind] {
    let (query, answer) = messages()
    func framed(_ message: [UInt8]) -> [UInt8] {
      [UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
    }
    return [.opened(opening(number, .tcp, port: 53))] + pieces(.clientToServer, framed(query))
      + pieces(.serverToClient, framed(answer)) + [.closed(SessionClosing(.fin))]
  }

  /// A query for the address of `aN.test`, and its answer.
  private mutating func messages() -> (query: [UInt8], answer: [UInt8]) {
    let id = randomBytes(2)
    let label = Array("a\(random.next() % 100)".utf8)
    let question = [UInt8(label.count)] + label + [4] + Array("test".utf8) + [0, 0, 1, 0, 1]
    let query = id + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question
    let record: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + randomBytes(4)
    return (query, id + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + question + record)
  }

  private mutating func randomBytes(_ count: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(count) + 8)
    while bytes.count < count {
      let word = random.next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
    return Array(bytes.prefix(Int(count)))
  }
}
