public import Inspection
import JSONText
import SessionEvents

/// One file that `replay extract` wrote, or would.
public struct ExtractedFile: Hashable, Sendable {
  /// In its directory.
  public var name: String
  public var byteCount: UInt64
  /// 32 bytes; nil where no digest was to be had.
  public var sha256: [UInt8]?
  /// As sent; nil where there is none.
  public var contentType: [UInt8]?
  /// The content coding that is still on it; nil where none is.
  public var coding: [UInt8]?
  public var end: BodyEnd
  public var url: String
  public var exchange: ExchangeID

  /// Which message it was the body of.
  public struct ExchangeID: Hashable, Sendable {
    public var body: BodyID
    public var status: Int?
  }

  /// Whether it is the whole body.
  public var isComplete: Bool { end == .complete || end == .undecoded(isComplete: true) }
}

/// Lists extracted files, a line each.
struct ExtractManifest {
  /// JSON Lines, or fields divided by tabs.
  let isJSON: Bool
  /// The capture's name, where there are several.
  let capture: String?

  func append(_ file: ExtractedFile, to output: inout [UInt8]) {
    if isJSON {
      var json = JSONWriter()
      json.object { $0.extracted(file, capture) }
      json.endLine()
      json.append(to: &output)
    } else {
      let fields = [
        DisplayText.safe(file.name), String(file.byteCount),
        file.contentType.map { DisplayText.safe(bytes: $0) } ?? "-", file.end.name,
        file.sha256.map(Hexadecimal.text) ?? "-", file.url,
      ]
      output += Array(fields.joined(separator: "\t").utf8) + [UInt8(ascii: "\n")]
    }
  }
}

extension JSONWriter {
  fileprivate mutating func extracted(_ file: ExtractedFile, _ capture: String?) {
    field("v", schemaVersion)
    if let capture { field("file", capture) }
    field("session", file.exchange.body.session.rawValue)
    field("index", file.exchange.body.index)
    field("from", file.exchange.body.sender.rawValue)
    field("url", file.url)
    field("status", file.exchange.status)
    field("name", file.name)
    field("length", file.byteCount)
    field("sha256", file.sha256.map(Hexadecimal.text))
    field("content_type") { json in
      if let type = file.contentType { json.string(bytes: type) } else { json.null() }
    }
    field("coding") { json in
      if let coding = file.coding { json.string(bytes: coding) } else { json.null() }
    }
    field("body_end", file.end.name)
    field("complete", file.isComplete)
  }
}

extension BodyEnd {
  fileprivate var name: String {
    switch self {
    case .complete: "complete"
    case .cut: "cut"
    case .broken: "broken"
    case .undecoded(isComplete: true): "undecoded"
    case .undecoded(isComplete: false): "undecoded-cut"
    }
  }
}
