/// What differs between two recordings of the same scenario, and so is not to be compared.
public struct VolatileFields: Sendable {
  /// A rule that would take out what differs.
  public struct Finding: Hashable, Sendable {
    public var path: String
    public var matcher: CanonMatcher
    /// The one host with which it was seen; nil where there were several.
    public var host: String?
  }

  public let findings: [Finding]
  /// Exchanges of the first recording that have none in the second, or the other way round.
  public let unpairedCount: Int
  /// Exchanges that both have.
  public let pairCount: Int

  /// Whether these can be two recordings of one scenario: most of what is in them is in both.
  public var areOfOneScenario: Bool { pairCount >= unpairedCount }

  /// Compares both, which are canonical by the rules that there are.
  ///
  /// - Throws: Nothing in practice: what was just written can be read.
  public init(_ first: CanonicalRecording, _ second: CanonicalRecording) throws(GoldenError) {
    let (one, other) = (
      try first.golden.exchangesAlone.nodes(path: first.path),
      try second.golden.exchangesAlone.nodes(path: second.path)
    )
    let alignment = Alignment(
      expected: one.map(GoldenComparison.item), actual: other.map(GoldenComparison.item), isOrdered: false)
    var collection = Collection()
    var pairCount = 0
    for pair in alignment.pairs {
      guard case .both(let index, let otherIndex) = pair else { continue }
      pairCount += 1
      let host = one[index]["host"]?.text ?? ""
      for field in FieldComparison.differences(expected: one[index], actual: other[otherIndex]) {
        collection.add(field, host: host)
      }
    }
    self.pairCount = pairCount
    unpairedCount = alignment.pairs.count - pairCount
    findings = collection.findings
  }
}

/// Differences by field.
private struct Collection {
  private struct Seen {
    var values: [String?]
    var hosts: Set<String>
  }

  private var seen: [String: Seen] = [:]
  private var order: [String] = []
  private var masks: [VolatileFields.Finding] = []

  mutating func add(_ field: FieldDifference, host: String) {
    let path = Self.general(field.path)
    if path == "request.target", let expected = field.expected, let actual = field.actual {
      return addMask(path, expected, actual, host: host)
    }
    if seen[path] == nil { order.append(path) }
    seen[path, default: Seen(values: [], hosts: [])].values += [field.expected, field.actual]
    seen[path]?.hosts.insert(host)
  }

  var findings: [VolatileFields.Finding] {
    masks
      + order.compactMap { path in
        guard let seen = seen[path] else { return nil }
        return VolatileFields.Finding(
          path: path, matcher: ValueShape.matcher(for: seen.values),
          host: seen.hosts.count == 1 ? seen.hosts.first : nil)
      }
  }

  /// A target is what tells requests apart: only the part of it that differs is taken out.
  private mutating func addMask(_ path: String, _ expected: String, _ actual: String, host: String) {
    guard let one = JSONNode.scalar(Array(expected.utf8)).text,
      let other = JSONNode.scalar(Array(actual.utf8)).text
    else { return }
    let finding = VolatileFields.Finding(path: path, matcher: .mask(ValueShape.mask(one, other)), host: host)
    if !masks.contains(finding) { masks.append(finding) }
  }

  /// The path without numbers of elements, and without the word on order.
  private static func general(_ path: String) -> String {
    var result = ""
    for part in path.split(separator: "[", omittingEmptySubsequences: false) {
      guard let end = part.firstIndex(of: "]") else {
        result += part
        continue
      }
      let name = part[..<end]
      let isNumber = name.allSatisfy(\.isNumber) && !name.isEmpty
      result += isNumber ? String(part[part.index(after: end)...]) : "[\(part)"
    }
    return result.hasSuffix(" (order)") ? String(result.dropLast(8)) : result
  }
}

/// What values have in common that differ.
enum ValueShape {
  /// The strictest matcher that admits all these values, as JSON; nil is no value.
  static func matcher(for values: [String?]) -> CanonMatcher {
    let nodes = values.compactMap { $0.flatMap { try? JSONNode(reading: Array($0.utf8)) } }
    guard nodes.count == values.count, nodes.allSatisfy({ !$0.isNull }) else { return .ignored }
    let types = Set(nodes.map(\.typeName))
    if types == ["integer"] { return .type(.integer) }
    if types == ["boolean"] { return .type(.boolean) }
    if types.isSubset(of: ["integer", "number"]) { return .type(.number) }
    let texts = nodes.compactMap(\.text)
    guard texts.count == nodes.count, let pattern = pattern(for: texts) else { return .present }
    return .regex(pattern)
  }

  private static func pattern(for texts: [String]) -> String? {
    let lengths = Set(texts.map(\.utf8.count))
    if texts.allSatisfy(isUUID) { return "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" }
    if texts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) {
      return "[0-9]+"
    }
    if lengths.count == 1, let length = lengths.first, length >= 8,
      texts.allSatisfy({ $0.utf8.allSatisfy(isHex) })
    {
      return "[0-9a-f]{\(length)}"
    }
    return nil
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.lowercased().utf8.allSatisfy(isHex) }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// A pattern whose group is where the texts differ, out to the next delimiter.
  static func mask(_ one: String, _ other: String) -> String {
    let (one, other) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
    var start = zip(one, other).prefix { $0 == $1 }.count
    var end = zip(one.dropFirst(start).reversed(), other.dropFirst(start).reversed()).prefix { $0 == $1 }
      .count
    while start > 0, !isDelimiter(one[start - 1]) { start -= 1 }
    while end > 0, !isDelimiter(one[one.count - end]) { end -= 1 }
    let middles = [one[start..<(one.count - end)], other[start..<(other.count - end)]]
    let isPlain = !middles.contains { $0.contains(where: isDelimiter) }
    return escaped(one[..<start]) + (isPlain ? "([^/&]*)" : "(.*)") + escaped(one[(one.count - end)...])
  }

  private static func isDelimiter(_ scalar: Unicode.Scalar) -> Bool {
    "/?&=;,".unicodeScalars.contains(scalar)
  }

  private static func escaped(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var result = ""
    for scalar in scalars {
      if #"\^$.|?*+()[]{}"#.unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
