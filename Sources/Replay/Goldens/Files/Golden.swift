import JSONText

/// What a recording is expected to say: JSON Lines, a header first, then a line for each exchange, canonical.
///
///     {"format":"wiretape-golden","v":1,"exchanges":1}
///     {"protocol":"http/1","transport":"tcp","host":"example.com",…}
///
/// Exchanges stand in order of session and of beginning, remarks on the recording behind them.
public struct Golden: Sendable {
  static let format = "wiretape-golden"
  /// Of the file; `exchanges` in the header is the version of the exchanges' JSON.
  static let version = 1
  /// A golden may have this many bytes.
  public static let byteLimit = 256 << 20

  var lines: [CanonicalLine]

  init(lines: [CanonicalLine]) {
    self.lines = lines
  }

  /// Reads the golden at `path`.
  public init(path: String) throws(GoldenError) {
    try self.init(bytes: WholeFile.bytes(path, limit: Self.byteLimit), path: path)
  }

  /// Reads a golden that is at hand; `path` is for messages.
  public init(bytes: [UInt8], path: String) throws(GoldenError) {
    var rest = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    if rest.last?.isEmpty == true { rest = rest.dropLast() }
    try Self.check(header: rest.popFirst().map(Array.init) ?? [], path: path)
    lines = rest.map { CanonicalLine(bytes: Array($0)) }
  }

  private static func check(header: [UInt8], path: String) throws(GoldenError) {
    guard let node = try? JSONNode(reading: header), node["format"]?.text == format,
      let found = node["v"]?.number, let exchanges = node["exchanges"]?.number
    else { throw .notAGolden(path: path) }
    guard found == Double(version) else { throw .version(path: path, found: plain(found)) }
    guard exchanges == Double(schemaVersion) else {
      throw .version(path: path, found: "\(version) with exchanges of version \(plain(exchanges))")
    }
  }

  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }

  /// The file's content.
  public var bytes: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("format", Self.format)
      json.field("v", Self.version)
      json.field("exchanges", schemaVersion)
    }
    json.endLine()
    var output = json.bytes
    for line in lines {
      output.append(contentsOf: line.bytes)
      output.append(UInt8(ascii: "\n"))
    }
    return output
  }
}

extension Golden {
  /// The lines' values.
  ///
  /// - Throws: Where one is no JSON object; lines of the file are counted from 1, its header being the first.
  func nodes(path: String) throws(GoldenError) -> [JSONNode] {
    var nodes: [JSONNode] = []
    nodes.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      do throws(JSONNode.Failure) {
        let isText = String(validating: line.bytes, as: UTF8.self) != nil
        guard isText, case .object(let members) = try JSONNode(reading: line.bytes) else {
          throw JSONNode.Failure(offset: 0)
        }
        nodes.append(.object(members))
      } catch {
        throw .line(path: path, line: index + 2, column: error.offset + 1)
      }
    }
    return nodes
  }
}
