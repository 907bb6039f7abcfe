import JSONText

/// What a comparison found in one recording, for people or as JSON Lines; `docs/SCHEMA.md` explains every field of those.
public struct GoldenReport {
  /// Longer values are cut, in characters; the JSON has them whole.
  private static let valueLimit = 200

  private let comparison: GoldenComparison
  /// The recording that was compared.
  private let path: String
  /// Where the expectations are from: a golden, or another recording.
  private let expectations: String

  public init(_ comparison: GoldenComparison, path: String, expectations: String) {
    self.comparison = comparison
    self.path = path
    self.expectations = expectations
  }

  /// `differs from web.expected.jsonl in 2 of 12 exchanges`.
  public var summary: String {
    let count = HumaneUnits.plural(UInt64(comparison.differenceCount), "place")
    let exchanges = HumaneUnits.plural(UInt64(comparison.exchangeCount), "exchange")
    return "differs from '\(DisplayText.safe(expectations))' in \(count), of \(exchanges)"
  }

  // MARK: Text

  /// A line for the recording, and some for each exchange that is not as expected.
  ///
  ///     web.pcap: differs from 'web.expected.jsonl' in 1 place, of 12 exchanges
  ///       session 3, exchange 1, packet 23: GET https://example.com/api
  ///         response.status: expected 200, got 500
  ///         to see it: wireshark -r web.pcap -g 23
  public func text(_ options: ShowOptions) -> [UInt8] {
    var output: [UInt8] = []
    var line = StyledLine(indent: 2)
    line.add("\(DisplayText.safe(path)):", .bold)
    line.add(summary, .bad)
    line.write(width: .max, color: options.color, into: &output)
    for difference in comparison.differences { write(difference, options, into: &output) }
    let left = comparison.differenceCount - comparison.differences.count
    if left > 0 {
      Self.write("  and \(HumaneUnits.count(UInt64(left))) more", .bad, options, into: &output)
    }
    return output
  }

  private func write(_ difference: ExchangeDifference, _ options: ShowOptions, into output: inout [UInt8]) {
    Self.write(
      "  \(place(of: difference)): \(DisplayText.safe(difference.request))", .bold, options, into: &output)
    if let remark = remark(on: difference) { Self.write("    \(remark)", .bad, options, into: &output) }
    for field in difference.fields {
      let expected = Self.shown(field.expected)
      let actual = Self.shown(field.actual)
      Self.write(
        "    \(DisplayText.safe(field.path)): expected \(expected), got \(actual)", .bad, options,
        into: &output)
    }
    guard let packet = difference.packet else { return }
    let file = String(decoding: ShellText.word(path), as: UTF8.self)
    Self.write(
      "    to see it: wireshark -r \(DisplayText.safe(file)) -g \(packet)", .dim, options, into: &output)
  }

  /// `session 3, exchange 1, packet 23`.
  private func place(of difference: ExchangeDifference) -> String {
    var parts: [String] = []
    if let session = difference.session { parts.append("session \(session)") }
    if let index = difference.index { parts.append("exchange \(index)") }
    if let packet = difference.packet { parts.append("packet \(packet)") }
    if let place = difference.place, parts.isEmpty { parts.append("expected as number \(place)") }
    return parts.isEmpty ? "recording" : parts.joined(separator: ", ")
  }

  private func remark(on difference: ExchangeDifference) -> String? {
    switch difference.kind {
    case .changed: nil
    case .missing: "is expected, and not there"
    case .unexpected: "is there, and not expected"
    case .moved: "is out of order: expected as number \(difference.place ?? 0)"
    }
  }

  private static func write(
    _ text: String, _ style: StyledLine.Style, _ options: ShowOptions, into output: inout [UInt8]
  ) {
    var line = StyledLine(indent: 8)
    line.add(text, style)
    line.write(width: .max, color: options.color, into: &output)
  }

  /// A value as people read it: cut where it is long, a rule's marker in words.
  private static func shown(_ value: String?) -> String {
    guard let value else { return "nothing" }
    if let node = try? JSONNode(reading: Array(value.utf8)), let marker = CanonMarker.text(of: node) {
      return "‹\(DisplayText.safe(marker))›"
    }
    return DisplayText.safe(value, limit: valueLimit)
  }

  // MARK: JSON

  /// A line for each field that differs, and for each exchange that is missing, unexpected or moved.
  public var jsonLines: [UInt8] {
    var json = JSONWriter()
    for difference in comparison.differences {
      if difference.fields.isEmpty || difference.kind == .moved { json.append(difference, nil, path) }
      for field in difference.fields { json.append(difference, field, path) }
    }
    return json.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func append(
    _ difference: ExchangeDifference, _ field: FieldDifference?, _ path: String
  ) {
    object { json in
      json.beginLine(path)
      json.field("session", difference.session)
      json.field("index", difference.index)
      json.field("packet", difference.packet)
      json.field("kind", field == nil ? difference.kind.rawValue : ExchangeDifference.Kind.changed.rawValue)
      json.field("place", difference.place)
      json.field("request", difference.request)
      json.field("field", field?.path)
      json.field("expected", field?.expected)
      json.field("actual", field?.actual)
    }
    endLine()
  }
}
