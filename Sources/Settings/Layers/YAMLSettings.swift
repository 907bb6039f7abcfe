import YAMLText
import Yams

/// Walks a YAML document against the table of keys.
struct YAMLSettings {
  /// More would help nobody, and looking for what was meant takes its time.
  private static let problemLimit = 100

  private(set) var entries: [String: FileEntry] = [:]
  private(set) var problems: [FileFailure] = []
  private let root: Node?

  /// Parses the bytes; throws where they are no YAML that is wanted here.
  init(bytes: [UInt8]) throws(FileFailure) {
    root = try YAMLDocument.parse(bytes)
  }

  /// Fills `entries` and `problems`; a document without a value has neither.
  mutating func read() {
    guard let root, !Self.isNull(root) else { return }
    guard case .mapping(let mapping) = root else {
      return complain(root, "the file does not hold settings: write lines such as 'tcp_port: 51080'")
    }
    guard isUntagged(mapping.tag, root) else { return }
    read(mapping, in: nil)
  }

  private mutating func read(_ mapping: Node.Mapping, in map: String?) {
    for (keyNode, value) in mapping {
      guard problems.count < Self.problemLimit else {
        return complain(keyNode, "from here on nothing was looked at: there is too much wrong before")
      }
      read(keyNode, value, in: map)
    }
  }

  private mutating func read(_ keyNode: Node, _ value: Node, in map: String?) {
    guard case .scalar(let name) = keyNode else { return complain(keyNode, "a key must be one word") }
    let path = map.map { "\($0).\(name.string)" } ?? name.string
    if map == nil, SettingKeys.maps.contains(name.string) {
      readMap(value, name: name.string, at: keyNode)
    } else if !name.string.contains("."), let key = SettingKeys.key(path) {
      readValue(value, of: key, at: keyNode)
    } else {
      complain(keyNode, Self.unknown(name.string, in: map))
    }
  }

  private static func unknown(_ name: String, in map: String?) -> String {
    let path = map.map { "\($0).\(name)" } ?? name
    let shown = path.count > 80 ? "\(path.prefix(80))..." : path
    let near = SettingKeys.suggestion(for: name, in: map).map { ": did you mean '\($0)'?" } ?? ""
    return "unknown key '\(shown)'\(near)"
  }

  private mutating func readMap(_ node: Node, name: String, at keyNode: Node) {
    // All of its keys may be comments.
    if Self.isNull(node) { return }
    guard case .mapping(let mapping) = node else {
      return complain(keyNode, "\(name): this is a map of settings: write them below it, indented")
    }
    guard isUntagged(mapping.tag, keyNode) else { return }
    read(mapping, in: name)
  }

  private mutating func readValue(_ node: Node, of key: SettingKey, at keyNode: Node) {
    let line = Self.line(keyNode)
    switch node {
    case .scalar(let scalar) where key.isList:
      // All of its elements may be comments.
      if Self.isNull(node) { return }
      complain(keyNode, "\(key.path): '\(scalar.string)' is not a list: write [\(scalar.string)]")
    case .scalar:
      guard let text = text(of: node, for: key) else { return }
      entries[key.path] = FileEntry(texts: [text], line: line, elementLines: [])
    case .sequence(let sequence) where key.isList:
      guard isUntagged(sequence.tag, keyNode) else { return }
      let texts = sequence.compactMap { text(of: $0, for: key) }
      guard texts.count == sequence.count else { return }
      entries[key.path] = FileEntry(
        texts: texts, line: line, elementLines: sequence.map(Self.line))
    case .sequence:
      complain(keyNode, "\(key.path): one value is expected, not a list")
    case .mapping, .alias:
      complain(keyNode, "\(key.path): \(key.isList ? "a list" : "one value") is expected, not a map")
    }
  }

  /// What stands there, quotes taken off; they do not change its meaning.
  private mutating func text(of node: Node, for key: SettingKey) -> String? {
    guard case .scalar(let scalar) = node else {
      complain(node, "\(key.path): an element must be one value")
      return nil
    }
    guard !Self.isNull(node) else {
      complain(node, "\(key.path): there is no value: write one, or remove the key")
      return nil
    }
    return isUntagged(scalar.tag, node) ? scalar.string : nil
  }

  private mutating func isUntagged(_ tag: Tag, _ node: Node) -> Bool {
    let usual: [Tag.Name] = [.implicit, .str, .seq, .map]
    if usual.map(\.rawValue).contains(tag.rawValue) { return true }
    complain(node, "tags such as '\(tag.rawValue)' are not supported: remove it")
    return false
  }

  private static func isNull(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func line(_ node: Node) -> Int { node.mark?.line ?? 1 }

  private mutating func complain(_ node: Node, _ reason: String) {
    problems.append(FileFailure(line: Self.line(node), reason: reason))
  }
}
