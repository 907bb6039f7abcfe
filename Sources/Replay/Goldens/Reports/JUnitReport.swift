/// Outcomes as JUnit's XML, which CI systems read.
///
/// It has no times, so that the same outcome is the same file.
public struct JUnitReport {
  private var cases: [UInt8] = []
  private var counts = (tests: 0, failures: 0, errors: 0, skipped: 0)

  public init() {}

  public mutating func add(_ outcome: CheckOutcome) {
    counts.tests += 1
    let (directory, name) = WholeFile.split(outcome.path)
    var text = "    <testcase name=\(Self.attribute(name)) classname=\(Self.attribute(directory))"
    text += " file=\(Self.attribute(outcome.path))"
    guard let reason = outcome.reason else {
      cases.append(contentsOf: (text + "/>\n").utf8)
      return
    }
    text += ">\n"
    switch outcome.verdict {
    case .failed:
      counts.failures += 1
      let details = outcome.report.map {
        String(decoding: $0.text(ShowOptions(color: false, width: 100)), as: UTF8.self)
      }
      text += "      <failure message=\(Self.attribute(reason))>\(Self.escaped(details ?? ""))</failure>\n"
    case .noGolden, .noRecording:
      if outcome.isFailure {
        counts.errors += 1
        text += "      <error message=\(Self.attribute(reason))/>\n"
      } else {
        counts.skipped += 1
        text += "      <skipped message=\(Self.attribute(reason))/>\n"
      }
    case .error, .passed, .written, .unchanged:
      counts.errors += 1
      text += "      <error message=\(Self.attribute(reason))/>\n"
    }
    cases.append(contentsOf: (text + "    </testcase>\n").utf8)
  }

  /// Adds what kept something from being checked at all, such as a directory that cannot be read.
  public mutating func add(problem: String) {
    counts.tests += 1
    counts.errors += 1
    let text =
      "    <testcase name=\(Self.attribute(problem)) classname=\".\">\n"
      + "      <error message=\(Self.attribute(problem))/>\n    </testcase>\n"
    cases.append(contentsOf: text.utf8)
  }

  public var bytes: [UInt8] {
    let sums =
      "tests=\"\(counts.tests)\" failures=\"\(counts.failures)\" errors=\"\(counts.errors)\" skipped=\"\(counts.skipped)\""
    let head = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="replay check" \(sums)>
        <testsuite name="replay check" \(sums)>

      """
    return Array(head.utf8) + cases + Array("  </testsuite>\n</testsuites>\n".utf8)
  }

  private static func attribute(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// XML 1.0 §2.2 and §2.4; what may not stand in XML at all is told in words.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xfffe && scalar.value != 0xffff
        if isAllowed {
          result.unicodeScalars.append(scalar)
        } else {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        }
      }
    }
    return result
  }
}
