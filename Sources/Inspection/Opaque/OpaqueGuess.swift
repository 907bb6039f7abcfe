import SessionEvents

/// What bytes that nobody reads may be: a sign in the table, else how the values are spread.
struct OpaqueGuess {
  private let client: ByteSample
  private let server: ByteSample
  private let transport: TransportProtocol

  /// From this many bytes on, the values' spread says something.
  private static let fewest = 64
  /// What random bytes hardly fall short of, in thousandths of a bit per byte, by the least count of bytes.
  private static let random: [(count: Int, entropy: Int)] = [(1_024, 7_600), (256, 6_900), (fewest, 5_750)]

  init(_ client: ByteSample, _ server: ByteSample, _ transport: TransportProtocol) {
    self.client = client
    self.server = server
    self.transport = transport
  }

  /// Nil where there is too little to say anything.
  var guess: OpaqueExchange.Guess? {
    let starts = OpaqueStarts(client: client.start, server: server.start)
    if let sign = OpaqueSign.all.first(where: { $0.isOn(starts, transport) }) {
      return OpaqueExchange.Guess(name: sign.name, reason: sign.reason)
    }
    let samples = [client, server].filter { $0.byteCount > 0 }
    guard !samples.isEmpty else { return nil }
    if samples.allSatisfy(Self.isText) {
      return OpaqueExchange.Guess(name: "text", reason: "holds no control characters")
    }
    let enough = samples.filter { $0.byteCount >= Self.fewest }
    guard !enough.isEmpty else { return nil }
    if enough.allSatisfy(Self.looksRandom) {
      return OpaqueExchange.Guess(
        name: "encrypted or compressed", reason: "nearly as much entropy as random bytes")
    }
    return OpaqueExchange.Guess(name: "binary", reason: "neither text nor as much entropy as random bytes")
  }

  private static func looksRandom(_ sample: ByteSample) -> Bool {
    guard let entropy = sample.entropy else { return false }
    return random.first { sample.byteCount >= $0.count }.map { entropy >= $0.entropy } ?? false
  }

  /// No control characters but tab, the line ends and escape; of other bytes than ASCII no more than a third.
  private static func isText(_ sample: ByteSample) -> Bool {
    let controls =
      sample.count(0...0x1f) + sample.count(0x7f...0x7f) - sample.count(0x09...0x0a)
      - sample.count(0x0d...0x0d) - sample.count(0x1b...0x1b)
    return controls == 0 && sample.count(0x80...0xff) * 3 <= sample.byteCount
  }
}

/// How both directions begin.
struct OpaqueStarts {
  var client: [UInt8]
  var server: [UInt8]
}
