public import Inspection
public import SessionEvents

/// Writes bodies to files of their own, each as its exchange is reported.
///
/// Bodies wait in a file without a name, in the directory that they go to; so nothing is left of those that nobody
/// wants, and what has a name is whole. Not thread-safe.
public final class BodyExtraction {
  private let options: ExtractOptions
  private let directory: OutputDirectory?
  private let space: SpillSpace
  private let shelf: BodyShelf
  private var names = FileNameBook()
  /// Files that were written, or would have been.
  public private(set) var fileCount = 0

  /// Prepares to write below `options.directory`, which is made if it is not there.
  public init(_ options: ExtractOptions) throws(ExportError) {
    self.options = options
    if let path = options.directory {
      let opened = try OutputDirectory(path: path, creating: true)
      directory = opened
      space = SpillSpace(in: opened)
    } else {
      directory = nil
      space = SpillSpace(in: try .temporary())
    }
    shelf = BodyShelf(
      BodyShelf.Wish(
        senders: options.senders, byteLimit: directory == nil ? 0 : nil,
        coded: options.keepsCoding ? options.senders : [], digests: options.digests), in: space)
  }

  /// Where the Inspector puts bodies.
  public var bodies: any BodyStore { shelf }

  /// Takes the next observation of a capture, and adds a line for each file to `manifest`.
  ///
  /// All observations must come, wanted or not. `capture` is the capture's name where there are several.
  public func receive(
    _ observation: Observation, isWanted: Bool, capture: String?, manifest: inout [UInt8]
  ) throws(ExportError) {
    switch observation {
    case .opened:
      break
    case .exchange(let exchange, let summary):
      if isWanted, let web = WebExchange(exchange, summary) {
        for sender in Party.allCases {
          guard let body = shelf.take(sender, of: exchange) else { continue }
          let file = try extract(body, of: web, sender)
          ExtractManifest(isJSON: options.isJSON, capture: capture).append(file, to: &manifest)
        }
      }
      shelf.discard(exchange)
    case .closed(let summary):
      shelf.discard(summary.session)
    }
    if let failure = shelf.failure { throw failure }
  }

  private func extract(
    _ body: ShelvedBody, of web: WebExchange, _ sender: Party
  ) throws(ExportError) -> ExtractedFile {
    let fields = (sender == .client ? web.http.request?.headers : web.http.response?.headers) ?? []
    let end = body.end ?? .cut
    let coding = Self.coding(left: body, end, fields)
    var file = ExtractedFile(
      name: "", byteCount: body.byteCount, sha256: body.digest?.finish(),
      contentType: fields.value("content-type"),
      coding: coding, end: end, url: web.url(target: web.http.request?.target ?? []),
      exchange: ExtractedFile.ExchangeID(
        body: BodyID(session: web.exchange.session, index: web.exchange.index, sender: sender),
        status: web.http.response?.status))
    var mark =
      coding.flatMap { FileExtension.ofCoding(String(decoding: $0, as: UTF8.self).lowercased()) }
      .map { ".\($0)" } ?? ""
    if !file.isComplete { mark += ".incomplete" }
    file.name = try write(body, as: BodyName(web, sender).name, mark: mark)
    fileCount += 1
    return file
  }

  /// The content coding that is still on what was shelved.
  private static func coding(left body: ShelvedBody, _ end: BodyEnd, _ fields: [HTTPField]) -> [UInt8]? {
    var isUndecoded = body.takesCodedBytes
    if case .undecoded = end { isUndecoded = true }
    guard isUndecoded, let coding = fields.value("content-encoding"),
      String(decoding: coding, as: UTF8.self).lowercased() != "identity"
    else { return nil }
    return coding
  }

  /// Writes the file under the first free name, and returns that.
  private func write(_ body: ShelvedBody, as name: FileName, mark: String) throws(ExportError) -> String {
    var number = names.next(name, mark)
    guard let directory else { return name.suffixed(number: number, mark: mark) }
    let file = try PendingFile(in: directory)
    try body.bytes.forEachPiece { piece throws(ExportError) in try file.write(piece) }
    while true {
      let candidate = name.suffixed(number: number, mark: mark)
      do throws(ExportError) {
        try file.commit(as: candidate)
        return candidate
      } catch {
        guard case .exists = error else { throw error }
        number = names.next(name, mark)
      }
    }
  }
}

/// What is extracted, and how it is told of.
public struct ExtractOptions {
  /// Nil to write nothing, and only tell what would be written.
  public var directory: String?
  /// Whose bodies.
  public var senders: Set<Party>
  /// Whether bodies keep their content coding.
  public var keepsCoding: Bool
  public var isJSON: Bool
  public var digests: (any DigestService)?

  public init(
    directory: String?, senders: Set<Party> = [.server], keepsCoding: Bool = false, isJSON: Bool = false,
    digests: (any DigestService)?
  ) {
    self.directory = directory
    self.senders = senders
    self.keepsCoding = keepsCoding
    self.isJSON = isJSON
    self.digests = digests
  }
}

/// Counts how often each name was given, so that not every number has to be tried.
struct FileNameBook {
  /// By the names' hashes: like ones only leave a number out.
  private var numbers: [Int: UInt32] = [:]

  /// The number for the next file of this name, from 1.
  mutating func next(_ name: FileName, _ mark: String) -> Int {
    var hasher = Hasher()
    // Some file systems do not tell case apart.
    hasher.combine(name.suffixed(number: 1, mark: mark).lowercased())
    let hash = hasher.finalize()
    let number = (numbers[hash] ?? 0) + 1
    numbers[hash] = number
    return Int(number)
  }
}
