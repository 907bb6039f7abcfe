/// Reads Prometheus's text format, version 0.0.4, and takes nothing that deviates from it.
struct Exposition {
  struct Family: Hashable {
    var name: String
    var type: String
    var help: String
    var samples: [Sample] = []
  }

  struct Sample: Hashable {
    var labels: [Label]
    var value: Double
  }

  struct Label: Hashable {
    var name: String
    var value: String
  }

  struct Fault: Error, Equatable {
    var line: Int
    var reason: String
  }

  /// In order of appearance.
  private(set) var families: [Family] = []

  init(_ bytes: [UInt8]) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault(line: 0, reason: "no UTF-8")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.popLast() == "" else { throw Fault(line: lines.count, reason: "no line end") }
    var pendingHelp: (name: String, text: String)?
    for (index, line) in lines.enumerated() {
      func fault(_ reason: String) -> Fault { Fault(line: index + 1, reason: reason) }
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      if words.starts(with: ["#", "HELP"]) {
        guard words.count == 4, pendingHelp == nil else { throw fault("HELP") }
        guard !families.contains(where: { $0.name == words[2] }) else { throw fault("split family") }
        if let last = families.last, last.samples.isEmpty { throw fault("family without samples") }
        pendingHelp = (words[2], words[3])
      } else if words.starts(with: ["#", "TYPE"]) {
        guard words.count == 4, let help = pendingHelp, help.name == words[2] else { throw fault("TYPE") }
        guard ["counter", "gauge"].contains(words[3]) else { throw fault("type '\(words[3])'") }
        families.append(Family(name: help.name, type: words[3], help: try Self.unescaped(help.text)))
        pendingHelp = nil
      } else {
        guard pendingHelp == nil, !families.isEmpty else { throw fault("sample outside of a family") }
        let (name, sample) = try Self.sample(line) { fault($0) }
        let last = families.count - 1
        guard name == families[last].name else { throw fault("'\(name)' is not of this family") }
        guard !families[last].samples.contains(where: { $0.labels == sample.labels }) else {
          throw fault("twice the same labels")
        }
        families[last].samples.append(sample)
      }
    }
    if let last = families.last, last.samples.isEmpty { throw Fault(line: lines.count, reason: "no samples") }
  }

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    families.first { $0.name == name }?.samples.first { sample in
      Dictionary(uniqueKeysWithValues: sample.labels.map { ($0.name, $0.value) }) == labels
    }?.value
  }

  private static func sample(_ line: Substring, fault: (String) -> Fault) throws -> (String, Sample) {
    var rest = line
    let name = String(rest.prefix { $0 == "_" || $0 == ":" || $0.isASCII && ($0.isLetter || $0.isNumber) })
    guard let first = name.first, !first.isNumber else { throw fault("metric name") }
    rest.removeFirst(name.count)
    var labels: [Label] = []
    if rest.first == "{" {
      repeat {
        rest.removeFirst()
        labels.append(try label(&rest, fault))
      } while rest.first == ","
      guard rest.popFirst() == "}" else { throw fault("labels") }
    }
    guard rest.popFirst() == " ", let value = Double(rest), !rest.contains(" ") else { throw fault("value") }
    return (name, Sample(labels: labels, value: value))
  }

  private static func label(_ rest: inout Substring, _ fault: (String) -> Fault) throws -> Label {
    let name = String(rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) })
    guard let first = name.first, !first.isNumber else { throw fault("label name") }
    rest.removeFirst(name.count)
    guard rest.popFirst() == "=", rest.popFirst() == "\"" else { throw fault("label") }
    var raw = ""
    while let character = rest.popFirst(), character != "\"" {
      raw.append(character)
      if character == "\\" {
        guard let escaped = rest.popFirst() else { throw fault("escape") }
        raw.append(escaped)
      }
    }
    return Label(name: name, value: try unescaped(raw))
  }

  private static func unescaped(_ text: String) throws -> String {
    var result = ""
    var characters = text.makeIterator()
    while let character = characters.next() {
      guard character == "\\" else {
        result.append(character)
        continue
      }
      switch characters.next() {
      case "\\": result.append("\\")
      case "n": result.append("\n")
      case "\"": result.append("\"")
      default: throw Fault(line: 0, reason: "escape")
      }
    }
    return result
  }
}
