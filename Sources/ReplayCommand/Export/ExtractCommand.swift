import ArgumentParser
import CommandSupport
import ContentCoding
import Glibc
import Inspection
import Replay
import SessionEvents

struct ExtractCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Write the bodies of HTTP messages to files.",
    discussion: """
      Writes the body of every response to a file of its own, its content coding removed, and lists the files: name, \
      bytes, content type, 'complete' or what is wrong, SHA-256 and URL, divided by tabs. A file is called as the \
      server says, else as the last part of its URL, else as its host; names are made safe, like ones get numbers, and \
      nothing is ever overwritten. A body of which something is missing has '.incomplete' behind its name. Files get \
      mode 0600.
      """)

  static let helpEnding = """
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
      The images of a page, and which of them are whole:

        $ replay extract -o page --host 'images.*' page.pcap | cut -f 1,4
    """

  @OptionGroup var input: InputOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write; made if it is not there.", valueName: "directory"),
    completion: .directory)
  var output: String?

  @Flag(name: .long, help: "Write nothing, and only list what would be written.")
  var list = false

  @Flag(name: .long, help: "Write the bodies of requests instead.")
  var requests = false

  @Flag(name: .long, help: "Write the bodies of requests, too.")
  var both = false

  @Flag(name: .long, help: "Leave content codings (gzip, br …) on.")
  var asSent = false

  @Flag(name: .long, help: "List as JSON Lines, for programs.")
  var json = false

  func validate() throws {
    guard (output == nil) == list else {
      throw ValidationError(
        list ? "--list writes nothing, so leave out --output" : "where to? give --output or --list")
    }
    guard output != "" else { throw ValidationError("--output wants a directory") }
    guard !(requests && both) else { throw ValidationError("--both has the requests already") }
  }

  func run() throws {
    Interruption.watch()
    let extraction: BodyExtraction
    do throws(ExportError) {
      extraction = try BodyExtraction(options)
    } catch {
      error.end()
    }
    try input.runInTurn { pass throws(ReplayError) in
      let services = ContentServices.system.withoutBodyDigests
      try pass.observeAll(services: services, bodies: extraction.bodies) { observation, isSelected in
        pass.write { manifest in
          do throws(ExportError) {
            try extraction.receive(
              observation, isWanted: isSelected, capture: pass.label, manifest: &manifest)
          } catch {
            error.end()
          }
        }
      }
    }.end()
  }

  private var options: ExtractOptions {
    ExtractOptions(
      directory: output, senders: both ? [.client, .server] : requests ? [.client] : [.server],
      keepsCoding: asSent, isJSON: json, digests: ContentServices.system.digests)
  }
}
