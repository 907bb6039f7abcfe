import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
import Replay

struct ExportCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write HTTP, or the capture itself, in a form that other programs read.",
    discussion: """
      --har writes an HTTP Archive, which browsers' developer tools import; --curl a shell script that repeats the \
      requests; --markdown a report for a ticket; --pcapng the packets again, with the names of hosts and comments on \
      sessions (process, TLS, certificate) that Wireshark shows. One of them at a time; '-' is standard output. Files \
      get mode 0600.

      An export is for sharing, and what was recorded holds passwords, tokens and cookies: --redact replaces those that \
      are known by their names. docs/EXPORT.md tells which, and has examples.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
      What failed, for a browser's network panel:

        $ replay export --har failed.har --redact --status error page.pcap
    """

  @OptionGroup var input: InputOptions

  @Option(
    name: .long, help: ArgumentHelp("Write an HTTP Archive (HAR 1.2).", valueName: "path"),
    completion: .file())
  var har: String?

  @Option(
    name: .long, help: ArgumentHelp("Write a shell script of curl commands.", valueName: "path"),
    completion: .file())
  var curl: String?

  @Option(
    name: .long, help: ArgumentHelp("Write a report in Markdown.", valueName: "path"), completion: .file())
  var markdown: String?

  @Option(
    name: .long, help: ArgumentHelp("Write the packets with names and comments.", valueName: "path"),
    completion: .file())
  var pcapng: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Replace passwords, tokens and cookies by a word. (default: only in Markdown)")
  var redact: Bool?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Bytes of one body, as 64k or 10M, or 'none': a longer one is left out, in Markdown cut. (default: 10M; in scripts 1M, in Markdown 2k)",
      valueName: "size"))
  var bodyLimit: ByteLimit?

  @Flag(name: .long, help: "Replace the file if it is there already.")
  var force = false

  func validate() throws {
    let chosen = [har, curl, markdown, pcapng].compactMap(\.self)
    guard let path = chosen.first else {
      throw ValidationError("no form given: --har, --curl, --markdown or --pcapng")
    }
    guard chosen.count == 1 else {
      throw ValidationError("--har, --curl, --markdown and --pcapng cannot be written at once")
    }
    guard !path.isEmpty else { throw ValidationError("the path to write to is empty") }
    guard pcapng == nil || redact != true && bodyLimit == nil else {
      throw ValidationError(
        "--pcapng writes packets as they are: neither --redact nor --body-limit can be heeded")
    }
  }

  func run() throws {
    Interruption.watch()
    let exporter: any Exporter
    do throws(ExportError) {
      exporter = try self.exporter()
    } catch {
      error.end()
    }
    let destination = [har, curl, markdown, pcapng].compactMap(\.self).first ?? "-"
    let results = input.runInTurn(readings: pcapng == nil ? 1 : 2) { pass throws(ReplayError) in
      Self.orEnd { () throws(ExportError) in try ExportOutput.checkKeeps(pass.path, writing: destination) }
      try Self.export(pass, to: exporter)
    }
    if !results.values.isEmpty {
      Self.orEnd { () throws(ExportError) in try exporter.finish() }
      results.console.tell(exporter.remarks.map(Message.note))
    }
    try results.end()
  }

  private static func export(_ pass: InputPass, to exporter: any Exporter) throws(ReplayError) {
    orEnd { () throws(ExportError) in try exporter.beginCapture(pass.path, name: pass.label) }
    let services = ContentServices.system.withoutBodyDigests
    try pass.observeAll(services: services, bodies: exporter.bodies, onPacket: exporter.onPacket) {
      observation, isSelected in
      orEnd { () throws(ExportError) in try exporter.receive(observation, isWanted: isSelected) }
    }
    orEnd { () throws(ExportError) in try exporter.endCapture() }
  }

  private static func orEnd(_ body: () throws(ExportError) -> Void) {
    do throws(ExportError) {
      try body()
    } catch {
      error.end()
    }
  }

  private func exporter() throws(ExportError) -> any Exporter {
    if let har {
      return try HARExport(to: output(har), options: options(limit: 10_000_000, isRedacted: false))
    }
    if let curl {
      return try CurlExport(to: output(curl), options: options(limit: 1_000_000, isRedacted: false))
    }
    if let pcapng {
      return try PcapngExport(
        to: output(pcapng), options: options(limit: 0, isRedacted: false),
        isPartial: !input.selected.criteria.isEmpty)
    }
    return try MarkdownExport(to: output(markdown ?? "-"), options: options(limit: 2_000, isRedacted: true))
  }

  private func output(_ path: String) throws(ExportError) -> ExportOutput {
    try ExportOutput(path: path, replacing: force)
  }

  private func options(limit: Int, isRedacted: Bool) -> ExportOptions {
    ExportOptions(
      bodyLimit: bodyLimit.map(\.byteCount) ?? limit, isRedacted: redact ?? isRedacted,
      version: ReplayCommand.version, title: input.title)
  }
}
