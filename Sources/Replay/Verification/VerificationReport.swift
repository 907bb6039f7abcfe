import JSONText
import SessionEvents

/// A verdict on one recording, for people or as JSON Lines; `docs/SCHEMA.md` explains every field of those.
public struct VerificationReport {
  private let verdict: Verdict
  private let path: String

  public init(_ verdict: Verdict, path: String) {
    self.verdict = verdict
    self.path = path
  }

  // MARK: JSON

  /// A line for each difference, and one for the whole; `file` is set where several recordings are read.
  public func jsonLines(file: String?) -> [UInt8] {
    var json = JSONWriter()
    for difference in verdict.differences { json.append(difference, file) }
    json.object { json in
      json.beginLine(file)
      json.field("verdict", verdict.outcome.rawValue)
      json.field("sessions", verdict.sessionCount)
      json.field("packets", verdict.packetCount)
      json.field("proved_bytes", verdict.provedByteCount)
      json.field("differences", verdict.differenceCount)
      json.strings("doubts", verdict.doubts)
    }
    json.endLine()
    return json.bytes
  }

  /// The line of one difference.
  public static func jsonLine(_ difference: Difference, file: String?) -> [UInt8] {
    var json = JSONWriter()
    json.append(difference, file)
    return json.bytes
  }

  // MARK: Text

  /// The verdict in a line, and one for each difference or doubt.
  ///
  ///     page.pcap: differs in 1 place
  ///       #2  packet 77: byte 1,234 of the server's stream is 0x41, was 0x40
  public func text(_ options: ShowOptions) -> [UInt8] {
    var output: [UInt8] = []
    var line = StyledLine(indent: 2)
    line.add("\(DisplayText.safe(path)):", .bold)
    let (text, style) = outcome
    line.add(text, style)
    line.write(width: options.width, color: options.color, into: &output)
    for difference in verdict.differences {
      output.append(contentsOf: Self.text(difference, options))
    }
    let left = verdict.differenceCount - UInt64(verdict.differences.count)
    if left > 0 { Self.remark("and \(HumaneUnits.count(left)) more", .bad).write(options, into: &output) }
    for doubt in verdict.doubts {
      Self.remark(DisplayText.safe(doubt), .notable).write(options, into: &output)
    }
    return output
  }

  /// The line of one difference.
  public static func text(_ difference: Difference, _ options: ShowOptions) -> [UInt8] {
    let place = difference.packet.map { "packet \(HumaneUnits.count($0)): " } ?? ""
    let session = difference.session.map { "#\($0)  " } ?? ""
    var output: [UInt8] = []
    remark(session + place + DisplayText.safe(difference.text), .bad).write(options, into: &output)
    return output
  }

  private var outcome: (text: String, style: StyledLine.Style) {
    switch verdict.outcome {
    case .proved:
      let sessions = HumaneUnits.plural(verdict.sessionCount, "session")
      let packets = HumaneUnits.plural(verdict.packetCount, "packet")
      return ("proved: \(sessions), \(packets), \(HumaneUnits.size(verdict.provedByteCount))", .good)
    case .differs: return ("differs in \(HumaneUnits.plural(verdict.differenceCount, "place"))", .bad)
    case .unproved: return ("nothing differs, but not all is proved", .notable)
    }
  }

  private static func remark(_ text: String, _ style: StyledLine.Style) -> StyledLine {
    var line = StyledLine(indent: 6)
    line.add("  ")
    for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      line.add(String(word), style, separator: index == 0 ? "" : " ")
    }
    return line
  }
}

extension StyledLine {
  fileprivate func write(_ options: ShowOptions, into output: inout [UInt8]) {
    write(width: options.width, color: options.color, into: &output)
  }
}

extension JSONWriter {
  fileprivate mutating func append(_ difference: Difference, _ file: String?) {
    object { json in
      json.beginLine(file)
      json.field("session", difference.session?.rawValue)
      json.field("packet", difference.packet)
      json.field("from", difference.party?.rawValue)
      json.field("code", difference.code)
      json.field("offset", difference.range?.lowerBound)
      json.field("length", difference.range.map { $0.upperBound - $0.lowerBound })
      json.field("found", difference.values?.found)
      json.field("recorded", difference.values?.recorded)
      json.field("detail", difference.text)
    }
    endLine()
  }
}
