import JSONText

/// What came of checking one recording.
public struct CheckOutcome: Sendable {
  public enum Verdict: String, Sendable {
    case passed
    case failed
    /// It could not be checked.
    case error
    /// The recording has no golden.
    case noGolden = "no-golden"
    /// The golden has no recording.
    case noRecording = "no-recording"
    /// The golden was written: it is new, or another than before.
    case written
    /// The golden is as it would be written.
    case unchanged
  }

  /// The recording; of `noRecording` the golden.
  public var path: String
  public var golden: String
  public var verdict: Verdict
  /// Where it was compared, and is not known from an earlier run.
  public var comparison: GoldenComparison?
  /// In the recording; nil where it was not read.
  public var exchangeCount: Int?
  /// Why it could not be checked.
  public var detail: String?
  public var isCached = false
  /// Whether what is not there counts as a failure.
  public var isStrict = false
  /// Of each rule of its canon, whether it was about any field.
  public var metRules: [Bool] = []

  public init(path: String, golden: String, verdict: Verdict, detail: String? = nil) {
    self.path = path
    self.golden = golden
    self.verdict = verdict
    self.detail = detail
  }

  /// Passed or failed, as the comparison says.
  public init(_ comparison: GoldenComparison, path: String, golden: String) {
    self.init(path: path, golden: golden, verdict: comparison.isEqual ? .passed : .failed)
    self.comparison = comparison
    exchangeCount = comparison.exchangeCount
  }

  /// What the recording differs in; nil where it does not.
  public var report: GoldenReport? {
    guard verdict == .failed, let comparison else { return nil }
    return GoldenReport(comparison, path: path, expectations: golden)
  }

  /// Whether a test report counts it as failed.
  var isFailure: Bool {
    switch verdict {
    case .failed, .error: true
    case .noGolden, .noRecording: isStrict
    case .passed, .written, .unchanged: false
    }
  }

  /// In a few words why it did not pass; nil where it did.
  public var reason: String? {
    switch verdict {
    case .passed, .written, .unchanged: nil
    case .failed: report?.summary
    case .error: detail
    case .noGolden: "'\(DisplayText.safe(path))' has no golden"
    case .noRecording: "the golden '\(DisplayText.safe(path))' has no recording"
    }
  }

  /// The recording's line behind those of its differences.
  public var jsonLine: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.beginLine(path)
      json.field("verdict", verdict.rawValue)
      json.field("golden", golden)
      json.field("exchanges", exchangeCount)
      json.field("differences", comparison?.differenceCount ?? 0)
      json.field("cached", isCached)
      json.field("detail", detail)
    }
    json.endLine()
    return json.bytes
  }

  /// The lines of TAP 14 (testanything.org) for it; `number` counts from 1.
  public func tapLines(number: Int) -> [UInt8] {
    let name = DisplayText.safe(path, limit: 4_096).split(separator: "#", omittingEmptySubsequences: false)
      .joined(separator: "\\#")
    let skipped = !isFailure && reason != nil ? " # SKIP \(reason ?? "")" : ""
    var text = "\(isFailure ? "not " : "")ok \(number) - \(name)\(skipped)\n"
    if isFailure {
      text += "  ---\n  message: \(Self.quoted(reason ?? ""))\n"
      if let report {
        text += "  differences: |\n"
        let lines = String(decoding: report.text(ShowOptions(color: false, width: 100)), as: UTF8.self)
        for line in lines.split(separator: "\n").dropFirst() { text += "  \(line)\n" }
      }
      text += "  ...\n"
    }
    return Array(text.utf8)
  }

  /// Text as a JSON string, which YAML takes too.
  private static func quoted(_ text: String) -> String {
    var json = JSONWriter()
    json.string(text)
    return json.text
  }
}
