import ArgumentParser
import CommandSupport
import ContentCoding
import Glibc
import Replay

struct ShowCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what was said, for people.",
    discussion: """
      Each session has a header: its number, when it opened (UTC), the process, the client's address, the server's \
      name and where that is from (sni: the TLS client hello; dns: a recorded answer that led to the address; \
      address: neither), the server's address, and TLS facts. Its exchanges follow as they finish, a line each: when it \
      began, method, status, size of the response body, duration, URL, content type. Sizes are in decimal units (1 kB \
      is 1,000 bytes) and as sent; the decoded size stands beside it where a content coding was removed. Lines with \
      '!' tell what was malformed or missing.
      """)

  static let helpEnding = """
    \(ReplayCommand.exitStatuses)

    EXAMPLE:
        $ replay show page.pcap
        #1   10:15:02.101  curl[4711] 127.0.0.1:41380 → 10.9.8.7:53 (address) udp
        #1   10:15:02.101  DNS                      1.2 ms  A example.com → 10.1.2.3
        #2   10:15:02.104  curl[4711] 10.0.0.1:55712 → example.com:443 (sni) 10.1.2.3
                           TLSv1.3 TLS_AES_128_GCM_SHA256, ALPN http/1.1,
                           certificate CN=example.com, issued by CN=Example CA
        #2   10:15:02.131  GET    200    1.3 kB    20.4 ms  https://example.com/  text/html
    """

  @OptionGroup var input: InputOptions

  @Option(name: .long, help: "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorChoice.auto

  @Option(name: .long, help: "Columns after which a line is continued on the next, at least 60.")
  var width = 100

  func validate() throws {
    guard width >= 60 else {
      throw ValidationError("--width \(width) is too narrow; give at least 60 columns")
    }
  }

  func run() throws {
    let output = ReportOutput(isEager: input.isStream)
    var report = ShowReport(options: ShowOptions(color: color.isOn(for: STDOUT_FILENO), width: width))
    try input.run(output) { replayer throws(ReplayError) in
      try replayer.observe(services: ContentServices.system) { observation in
        output.append { report.receive(observation, into: &$0) }
      }
    }
  }
}
