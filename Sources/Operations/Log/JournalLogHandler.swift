import Glibc
package import Logging

/// Writes log messages to standard error, a line and a write(2) each.
///
/// Where that leads to the journal, a line begins with its level as sd-daemon(3) has it, `<4>`; else with the time and
/// the level's name. Metadata follows the message as `key=value`, sorted by key, quoted where needed.
package struct JournalLogHandler: LogHandler {
  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  private let descriptor: CInt
  private let form: LogLine.Form
  private let escape: @Sendable (String) -> String

  /// `escape` makes text from outside safe to show, on one line.
  package init(descriptor: CInt = STDERR_FILENO, escape: @escaping @Sendable (String) -> String) {
    let stream = getenv("JOURNAL_STREAM").map { String(cString: $0) }
    self.init(descriptor: descriptor, journalStream: stream, escape: escape)
  }

  /// `journalStream` is as in JOURNAL_STREAM.
  init(descriptor: CInt, journalStream: String?, escape: @escaping @Sendable (String) -> String) {
    self.descriptor = descriptor
    self.escape = escape
    form = Self.leadsToJournal(descriptor, journalStream) ? .journal : .timed
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var facts = metadata
    if let provided = metadataProvider?.get() { facts.merge(provided) { $1 } }
    if let own = event.metadata { facts.merge(own) { $1 } }
    if let error = event.error { facts["error"] = "\(error)" }
    let line = LogLine(
      form: form, level: event.level, message: event.message.description, metadata: facts,
      time: WallClock.now())
    Self.write(Array(line.text(escape: escape).utf8), to: descriptor)
  }

  /// systemd.exec(5): JOURNAL_STREAM names device and inode of the stream that it has made for the service, which may
  /// have been redirected since.
  private static func leadsToJournal(_ descriptor: CInt, _ journalStream: String?) -> Bool {
    guard let journalStream else { return false }
    let numbers = journalStream.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    var facts = stat()
    guard numbers.count == 2, fstat(descriptor, &facts) == 0 else { return false }
    return numbers[0] == UInt64(facts.st_dev) && numbers[1] == UInt64(facts.st_ino)
  }

  /// What cannot be written is lost: there is nobody left to tell.
  private static func write(_ line: [UInt8], to descriptor: CInt) {
    var rest = line[...]
    while !rest.isEmpty {
      // Holds: write(2) reads the buffer during the call only.
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
