/// An exchange that is not as expected.
public struct ExchangeDifference: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// Fields of it differ.
    case changed
    /// It is expected, and not there.
    case missing
    /// It is there, and not expected.
    case unexpected
    /// It is expected at another place in the order; fields of it may differ, too.
    case moved
  }

  public var kind: Kind
  /// What was asked: `GET https://example.com/`.
  public var request: String
  /// Where it is in the recording; nil where it is missing.
  public var session: UInt64?
  public var index: Int?
  /// Where it began, as Wireshark counts.
  public var packet: UInt64?
  /// Its place among the expected exchanges, from 1; nil where it is not expected.
  public var place: Int?
  public var fields: [FieldDifference] = []
}

/// A comparison of a recording with what is expected of it.
public struct GoldenComparison: Sendable {
  /// Further differences are counted only.
  public static let limit = 100

  /// The first of them.
  public private(set) var differences: [ExchangeDifference] = []
  public private(set) var differenceCount = 0
  /// Exchanges in the recording.
  public let exchangeCount: Int

  public var isEqual: Bool { differenceCount == 0 }

  /// Compares with a golden, in order; `path` is the golden's, for messages.
  ///
  /// - Throws: If a line of the golden is no JSON object.
  public init(golden: Golden, path: String, actual: CanonicalRecording) throws(GoldenError) {
    exchangeCount = actual.golden.exchangeCount
    guard !actual.golden.hasSameLines(golden) else { return }
    compare(try golden.nodes(path: path), try actual.golden.nodes(path: actual.path), actual, isOrdered: true)
  }

  /// Compares the exchanges of two recordings, whatever their order.
  public init(expected: CanonicalRecording, actual: CanonicalRecording) throws(GoldenError) {
    exchangeCount = actual.golden.exchangeCount
    let (one, other) = (expected.golden.exchangesAlone, actual.golden.exchangesAlone)
    guard !other.hasSameLines(one) else { return }
    compare(try one.nodes(path: expected.path), try other.nodes(path: actual.path), actual, isOrdered: false)
  }

  private mutating func compare(
    _ expected: [JSONNode], _ actual: [JSONNode], _ recording: CanonicalRecording, isOrdered: Bool
  ) {
    let alignment = Alignment(
      expected: expected.map(Self.item), actual: actual.map(Self.item), isOrdered: isOrdered)
    for pair in alignment.pairs {
      switch pair {
      case .both(let one, let other), .moved(let one, let other):
        let isMoved = if case .moved = pair { true } else { false }
        let fields = FieldComparison.differences(expected: expected[one], actual: actual[other])
        guard isMoved || !fields.isEmpty else { continue }
        note(
          isMoved ? .moved : .changed, actual[other], recording.golden.lines[other], place: one + 1, fields)
      case .missing(let one): note(.missing, expected[one], nil, place: one + 1)
      case .unexpected(let other): note(.unexpected, actual[other], recording.golden.lines[other], place: nil)
      }
    }
  }

  static func item(_ node: JSONNode) -> Alignment.Item {
    Alignment.Item(
      key: RequestKey(node), kind: node["protocol"]?.text ?? (node["damage"] == nil ? "note" : "damage"))
  }

  private mutating func note(
    _ kind: ExchangeDifference.Kind, _ node: JSONNode, _ line: CanonicalLine?, place: Int?,
    _ fields: [FieldDifference] = []
  ) {
    differenceCount += 1
    guard differences.count < Self.limit else { return }
    differences.append(
      ExchangeDifference(
        kind: kind, request: RequestLabel.text(of: node), session: line?.session, index: line?.index,
        packet: line?.packet, place: place, fields: fields))
  }
}

extension Golden {
  /// How many of its lines are exchanges, not remarks.
  var exchangeCount: Int { lines.count { !$0.isRemark } }

  /// Without remarks, which stand behind all exchanges.
  var exchangesAlone: Golden { Golden(lines: lines.filter { !$0.isRemark }) }

  func hasSameLines(_ other: Golden) -> Bool {
    lines.count == other.lines.count && zip(lines, other.lines).allSatisfy { $0.bytes == $1.bytes }
  }
}

extension CanonicalLine {
  /// Whether it is about the recording, and no exchange.
  fileprivate var isRemark: Bool {
    bytes.starts(with: #"{"note":"#.utf8) || bytes.starts(with: #"{"damage":"#.utf8)
  }
}

extension Golden {
  /// Keeps the lines of an earlier golden that these still meet, though their text is another: numbers that are near to
  /// those of the first recording need not change with every one.
  public mutating func keepWhatIsMet(of earlier: Golden) {
    guard lines.count == earlier.lines.count else { return }
    for index in lines.indices where lines[index].bytes != earlier.lines[index].bytes {
      guard let old = try? JSONNode(reading: earlier.lines[index].bytes),
        let new = try? JSONNode(reading: lines[index].bytes),
        FieldComparison.differences(expected: old, actual: new).isEmpty
      else { continue }
      lines[index].bytes = old.bytes
    }
  }
}
