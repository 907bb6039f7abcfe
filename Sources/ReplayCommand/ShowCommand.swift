import ArgumentParser
import CommandSupport
import ContentCoding
import Inspection
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
    \(ReplayCommand.filtersAndStatuses)

    EXAMPLE:
        $ replay show page.pcap
        2026-11-24 UTC
        #1   09:04:43.055  curl[113] 10.0.0.1:58961 → 10.9.8.7:53 (address) udp
        #1   09:04:43.056  DNS                   152 µs  A example.com → 10.1.2.3
        #2   09:04:43.057  curl[113] 10.0.0.1:60828 → example.com:443 (sni) 10.1.2.3
                           TLSv1.3 TLS_AES_128_GCM_SHA256, ALPN http/1.1,
                           certificate CN=example.com, issued by CN=Example CA
        #2   09:04:43.136  GET    200    110 B  26.4 ms  https://example.com/
                           text/html  103 B decoded
        #3   09:04:43.275  curl[121] 10.0.0.1:55976 → example.org:80 (dns) 10.1.2.4
        #3   09:04:43.276  reset by the server after 1.2 ms without an exchange
                           ! server unreachable: Connection refused
    """

  @OptionGroup var input: InputOptions

  @OptionGroup var jobs: JobOptions

  @OptionGroup var style: StyleOptions

  func run() throws {
    let options = style.options
    try input.run(jobs: jobs.count) { pass throws(ReplayError) in
      var report = ShowReport(options: options, file: pass.label)
      try pass.observe(services: ContentServices.system.withoutBodyDigests) { observation in
        pass.write { report.receive(observation, into: &$0) }
      }
    }.end()
  }
}
