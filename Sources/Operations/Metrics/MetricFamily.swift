/// All samples of one metric, and what it means.
struct MetricFamily: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable {
    /// Only grows, until the service starts again.
    case counter
    case gauge
  }

  struct Sample: Hashable, Sendable {
    var labels: [Label]
    var value: Value
  }

  /// Its value is one of few: the store at the other end keeps every combination that was ever seen.
  struct Label: Hashable, Sendable {
    var name: String
    var value: String
  }

  enum Value: Hashable, Sendable {
    case integer(UInt64)
    case real(Double)
  }

  var name: String
  var kind: Kind
  /// One sentence without a full stop; the same in docs/METRICS.md.
  var help: String
  var samples: [Sample] = []
}

extension MetricFamily {
  static func counter(_ name: String, _ help: String, _ value: UInt64?) -> MetricFamily {
    single(name, .counter, help, value.map(Value.integer))
  }

  static func gauge(_ name: String, _ help: String, _ value: UInt64?) -> MetricFamily {
    single(name, .gauge, help, value.map(Value.integer))
  }

  /// No sample where there is no value.
  static func single(_ name: String, _ kind: Kind, _ help: String, _ value: Value?) -> MetricFamily {
    MetricFamily(
      name: name, kind: kind, help: help, samples: value.map { [Sample(labels: [], value: $0)] } ?? [])
  }

  /// A counter for each of a fixed set of things.
  static func counters<Key: Sendable>(
    _ name: String, _ help: String, _ keys: [Key], labels: (Key) -> [Label], value: (Key) -> UInt64
  ) -> MetricFamily {
    MetricFamily(
      name: name, kind: .counter, help: help,
      samples: keys.map { Sample(labels: labels($0), value: .integer(value($0))) })
  }
}

extension MetricFamily {
  /// Appends the family as the text format has it; nothing where it has no samples.
  func write(to text: inout String) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n"
    text += "# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      text += name
      if !sample.labels.isEmpty {
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        text += "{\(labels.joined(separator: ","))}"
      }
      text += " \(sample.value)\n"
    }
  }

  /// Backslashes and line ends, and quotes in the values of labels.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension MetricFamily.Value: CustomStringConvertible {
  var description: String {
    switch self {
    case .integer(let value): String(value)
    case .real(let value):
      value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : String(value)
    }
  }
}
