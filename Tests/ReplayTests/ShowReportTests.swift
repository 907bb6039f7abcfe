import Inspection
import Replay
import SessionEvents
import Testing

@Suite struct `Show report` {
  static func text(_ observations: [Observation], _ options: ShowOptions = ShowOptions()) -> String {
    var report = ShowReport(options: options)
    var output: [UInt8] = []
    for observation in observations { report.receive(observation, into: &output) }
    return String(decoding: output, as: UTF8.self)
  }

  /// What is said of all samples.
  static let everything = #"""
    2026-11-24 UTC
    #1   08:15:02.101  curl[4711] 127.0.0.1:41380 → 10.9.8.7:53 (address) udp
    #1   08:15:02.101  DNS                   1.0 ms  A www.example.com → CNAME example.com, 10.1.2.3
    #1   08:15:02.103  DNS                   1.0 ms  A nosuch.test → NXDOMAIN
    #1   08:15:02.104  DNS                           AAAA lost.test → no answer
    #7   08:15:02.105  10.0.0.1:5353 → 224.0.0.251:5353 (address) udp
    #7   08:15:02.105  mDNS                          A printer.local ?
    #7   08:15:02.106  mDNS                          printer.local A 10.1.2.7 · x.local SRV is gone
    #8   08:15:02.106  10.0.0.1:50123 → 224.0.0.252:5355 (address) udp
    #8   08:15:02.106  LLMNR                 1.0 ms  A wpad → 10.1.2.3
    #1   08:15:02.107  DNS                           A www.example.com → no records
                       (to an earlier query)
    #1   08:15:02.107  DSO                           KeepAlive → no answer
    #1   08:15:02.107  UPDATE                        SOA example.com if 1 condition holds
                       add b.test A 10.1.2.8  delete c.test TXT → no answer
    #2   08:15:02.104  curl[4711] 10.0.0.1:55712 → example.com:443 (sni) 10.1.2.3
                       TLSv1.3 TLS_AES_128_GCM_SHA256, ALPN http/1.1, certificate CN=example.com, issued
                       by CN=Example CA
                       ! certificate: certificate has expired
    #2   08:15:02.131  GET    200   1.3 kB  20.0 ms  https://example.com/  text/html
    #2   08:15:02.161  POST   404  12.3 kB    1.4 s
                       https://example.com/v1/items?page=2&order=ascending&filter=none  after 100
                       sent 1.2 MB  application/json  98.8 kB decoded
    #2   08:15:03.601  GET    502      7 B   1.0 ms  https://example.com/cut  text/plain  incomplete
                       ! http1.chunk-size-invalid at 13000 of the server's bytes: chunk size
                       "xyz\u{1b}[2J" is no number
    #2   08:15:03.603  GET    -                      https://example.com/late  no response
    #2   08:15:03.603  GET    200     99 B   1.0 ms  https://example.com/streams  text/css
    #2   08:15:03.603  GET    200     99 B   1.0 ms  https://example.com/streams  text/css
                       gRPC NOT_FOUND "no such user"  1 message sent, 3 received
    #2   08:15:03.604  H2                            the connection itself
                       ! h2.goaway at 44 of the server's bytes: the server goes away: CANCEL, last
                       stream 7
    #2   08:15:03.604  WS           1.2 kB   1.0 ms  client: text  "say "hello""…  9.8 kB inflated
                       3 fragments
    #2   08:15:03.604  WS              7 B   1.0 ms  server: binary  incomplete
    #2   08:15:03.604  WS              6 B   1.0 ms  server: close 1001  "gone"
    #2   08:15:03.604  POST   200      0 B   1.0 ms  https://example.com/photos  sent 4.7 kB
                       form: title, photo=me.jpg, and 1 more  text/plain
    #2   08:15:03.604  SSE          1.1 kB   1.0 ms  price  #17  "{"up":1"…  in exchange 11
    #2   08:15:03.604  SSE             0 B           message  in exchange 11
    #6   08:15:02.301  10.0.0.1:55716 → 10.1.2.6:25 (address)
    #6   08:15:02.302  SMTP   220                    greeting  mail.test ESMTP
    #6   08:15:02.302  SMTP   250            1.0 ms  EHLO client.test  mail.test  5 lines
    #6   08:15:02.302  SMTP   535            1.0 ms  AUTH PLAIN •••  5.7.8 invalid credentials
    #6   08:15:02.302  SMTP   250            1.0 ms  DATA  sent 12.3 kB  after 354  2.0.0 queued
    #6   08:15:02.302  IMAP   OK             1.0 ms  LOGIN alice •••  done
    #6   08:15:02.302  POP3   +OK  12.3 kB   1.0 ms  RETR 1  12 lines
    #6   08:15:02.302  FTP    230            1.0 ms  PASS •••  welcome
    #6   08:15:02.302  FTP    227            1.0 ms  PASV  (10,1,2,6,4,1)  data at 10.1.2.6:1025
    #6   08:15:02.302  REDIS  ERR            1.0 ms  SET "a key" 1  WRONGTYPE Operation against a key
    #6   08:15:02.302  REDIS  ok             1.0 ms  AUTH alice •••  OK
    #6   08:15:02.302  PGSQL  ok             1.0 ms  Query select 1  SELECT 1  1 row
    #6   08:15:02.302  SOCKS  ok             1.0 ms  CONNECT example.com:443  succeeded
    #6   08:15:02.302  PROXY                         PROXY TCP4 192.0.2.1 198.51.100.1 5000 443
    #3   08:15:02.171  curl[4711] [2001:db8::1]:50000 → [2001:db8::2]:443 (address)
                       bypassed, not recorded: the server wants a client certificate
    #3   08:15:02.172  TLS                           hello example.com  ALPN h2,\xff  TLSv1.3,TLSv1.2
                       JA4 t13d1516h2_8daaf6152771_e5627efa2ab1  not decrypted
    #3   08:15:02.173  TLS                   3.0 ms  server chose TLSv1.2
                       TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  ALPN h2  certificate
                       CN=example.com,O=Example\u{1b}, valid 2026-11-24 to 2026-11-24, issued by
                       CN=Example CA, chain of 2  asks for a client certificate  client: unknown_ca
                       99 B encrypted from the client  12.3 kB encrypted from the server
                       ! tls.alert at 5 of the client's bytes: the client gives up: unknown_ca
    #4   08:15:02.181  10.0.0.1:55714 → 10.1.2.4:8080 (address)
    #4   08:15:02.186  reset by the server after 5.0 ms without an exchange
                       ! server unreachable: connect: Connection refused
    #5   08:15:02.191  curl[4711] 10.0.0.1:55715 → git.test:22 (dns) 10.1.2.5
    #5   08:15:02.192  TCP                   8.0 ms  999 B from the client, 1.0 kB from the server,
                       perhaps ssh: begins with "SSH-"
    #5   08:15:02.201  open at the end of the recording after 10.0 ms
                       ! 1,234,567 bytes are missing from the recording
                       ! 21 bytes came again, other than before; the first stand
    #2   08:15:03.604  reset by the client after 1.5 s

    """#

  @Test func `shows everything that can be said`() {
    #expect(Self.text(SampleObservations.all) == Self.everything)
  }

  struct Header {
    var process: ProcessFacts?
    var interception = Interception.redirect
    var text: String
  }

  static let headers = [
    Header(process: SampleObservations.curl, text: "curl[4711] of alice in session-2.scope 10.0.0.1:55712"),
    Header(process: SampleObservations.curl, interception: .sandbox, text: "curl[4711] 10.0.0.1:55712"),
    Header(
      process: ProcessFacts(uid: 33, pid: 7, name: "a b", unit: "x.service"),
      text: "a b[7] of uid 33 in x.service 10.0.0.1:55712"),
    Header(process: ProcessFacts(uid: 33, pid: 7), interception: .sandbox, text: "?[7] 10.0.0.1:55712"),
    Header(process: ProcessFacts(uid: 0, user: "root"), text: "root 10.0.0.1:55712"),
    Header(process: ProcessFacts(uid: 1_000), interception: .sandbox, text: "uid 1000 10.0.0.1:55712"),
    Header(process: nil, text: "10.0.0.1:55712"),
  ]

  @Test(arguments: headers) func `names the process, or the user where it knows no more`(_ header: Header) {
    var session = SampleObservations.web
    session.opening.process = header.process
    session.opening.interception = header.interception
    let text = Self.text([SampleObservations.closed(session, at: 9, SessionClosing(.fin))])
    #expect(text.contains("  \(header.text) → example.com:443"), "\(text)")
  }

  @Test func `says where a session's other parts are`() {
    var session = SampleObservations.opaque
    session.conflictByteCount = 0
    session.opening.continues = SessionContinuation(
      recording: "relay-20261124T080000Z.pcap", opened: SampleObservations.time(-700_000))
    var closing = SessionClosing(.open)
    closing.continuedIn = "relay-20261124T090000Z.pcap"
    #expect(
      Self.text([SampleObservations.closed(session, at: 100, closing)]) == """
        2026-11-24 UTC
        #5   08:15:02.191  curl[4711] 10.0.0.1:55715 → git.test:22 (dns) 10.1.2.5
                           continued from relay-20261124T080000Z.pcap, open since 2026-11-24 08:03:22 UTC
        #5   08:15:02.201  open when the recording was rotated after 10.0 ms without an exchange
                           999 B from the client, 1.0 kB from the server
                           goes on in relay-20261124T090000Z.pcap
                           1,234,567 bytes are in earlier recordings, or missing

        """)
    session.opening.continues?.recording = nil
    let text = Self.text([SampleObservations.closed(session, at: 100, SessionClosing(.fin))])
    #expect(text.contains("  open since 2026-11-24 08:03:22 UTC, when nothing was recorded\n"), "\(text)")
  }

  @Test func `keeps its lines within the width`() {
    for width in [60, 80, 100] {
      for line in Self.text(SampleObservations.all, ShowOptions(width: width)).split(separator: "\n") {
        let isOneWord = line.drop { $0 == " " }.allSatisfy { $0 != " " }
        #expect(line.unicodeScalars.count <= width || isOneWord, "\(line)")
      }
    }
  }

  @Test func `says the same in colour`() {
    let plain = Self.text(SampleObservations.all)
    let colored = Self.text(SampleObservations.all, ShowOptions(color: true))
    #expect(colored.contains("\u{1b}[32m200\u{1b}[0m"))
    #expect(colored.replacing(/\u{1b}\[[0-9]*m/, with: "") == plain)
  }

  @Test func `lets nothing from the wire reach the terminal`() {
    let evil = "\u{1b}]0;owned\u{7}\u{9b}2J\r\n\u{202e}\u{2028}\u{0}"
    let bytes = Array(evil.utf8) + [0xff, 0x9b]
    var summary = SampleObservations.web
    summary.host.name = evil
    summary.opening.interception = .redirect
    summary.opening.process?.name = evil
    summary.opening.process?.user = evil
    summary.opening.process?.unit = evil
    summary.bypass = .requested(evil)
    summary.serverTLS?.version = evil
    summary.serverTLS?.cipher = evil
    summary.serverTLS?.alpn = evil
    summary.serverTLS?.certificates[0].subject = evil
    summary.serverTLS?.certificates[0].issuer = evil
    summary.serverTLS?.certificateErrors = [evil]
    var request = SampleObservations.request("GET", "/")
    request.method = bytes
    request.target = [0x2f] + bytes
    request.authority = bytes
    request.scheme = evil
    var response = SampleObservations.response(200, type: evil, size: 1)
    response.headers = [HTTPField(name: Array("content-type".utf8), value: bytes)]
    var query = SampleObservations.query(evil, evil)
    query.opcode = evil
    var answer = SampleObservations.answer(evil, rcode: evil, [SampleObservations.record(evil, evil, evil)])
    answer.opcode = evil
    let hello = TLSHelloFacts(serverName: evil, alpn: [bytes], versions: [evil], ja3: evil, ja4: evil)
    var hidden = SampleObservations.hidden
    hidden.host.name = evil
    let finding = Finding(code: evil, offset: 0, detail: evil, direction: .clientToServer)
    let text = Self.text([
      SampleObservations.exchange(
        summary, from: 0, to: 1, .http1(HTTPExchange(request: request, response: response)),
        findings: [finding]),
      SampleObservations.exchange(summary, from: 0, to: 1, .dns(DNSExchange(query: query, response: answer))),
      SampleObservations.closed(summary, at: 2, SessionClosing(.fin, cause: .tlsFailed(.client, evil))),
      SampleObservations.exchange(hidden, from: 0, to: 1, .tlsHello(hello), findings: [finding]),
      SampleObservations.closed(
        SampleObservations.unreachable, at: 2, SessionClosing(.fin, cause: .upstreamUnreachable(evil))),
      SampleObservations.closed(
        SampleObservations.unreachable, at: 2, SessionClosing(.fin, cause: .certificateRejected(evil))),
    ])
    #expect(text.contains(#"\u{1b}]0;owned\u{7}"#))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.allSatisfy { $0.isEmpty || $0.hasPrefix("#") || $0.hasPrefix("   ") || $0.hasPrefix("2026") })
    for scalar in text.unicodeScalars where scalar != "\n" {
      let isSafe = scalar.value >= 0x20 && scalar.value != 0x7f && !(0x80...0x9f).contains(scalar.value)
      #expect(isSafe && scalar != "\u{202e}" && scalar != "\u{2028}")
    }
  }

  @Test func `tells no duration of what came in one packet`() {
    let response = SampleObservations.response(200, type: "text/css", size: 9)
    let request = SampleObservations.request("GET", "/")
    let both = HTTPExchange(request: request, response: response)
    let text = Self.text([
      SampleObservations.exchange(SampleObservations.web, from: 5, to: 5, .http1(both)),
      SampleObservations.exchange(
        SampleObservations.web, from: 5, to: 6, .http1(HTTPExchange(request: nil, response: response))),
      SampleObservations.exchange(SampleObservations.web, from: 5, to: 6, .http1(both)),
    ])
    let lines = text.split(separator: "\n").suffix(3)
    #expect(lines.map { $0.contains(" ms ") } == [false, false, true], "\(text)")
    #expect(!text.contains(" ns"))
  }

  @Test func `leaves out what is not there`() {
    var request = SampleObservations.request("POST", "/path", sent: 9)
    request.authority = []
    request.body.form = BodyForm(kind: .urlEncoded, parts: [], partCount: 0)
    let text = Self.text([
      SampleObservations.exchange(
        SampleObservations.web, from: 5, to: 6, .http1(HTTPExchange(request: request, response: nil)))
    ])
    #expect(text.contains("  /path  sent 9 B  no response\n"), "\(text)")
  }

  @Test func `shows the beginning of a long record`() {
    let signature = "A 5 4 300 " + String(repeating: "s", count: 344)
    let answer = SampleObservations.answer(
      "example.com", [SampleObservations.record("example.com", "RRSIG", signature)])
    let text = Self.text([
      SampleObservations.exchange(
        SampleObservations.web, from: 0, to: 1,
        .dns(DNSExchange(query: SampleObservations.query("example.com", "A"), response: answer)))
    ])
    #expect(text.contains("RRSIG A 5 4 300 sss"))
    #expect(text.contains("sss…(258 more)\n"), "\(text)")
  }

  @Test func `cuts what is too long to read`() {
    var request = SampleObservations.request("GET", "/")
    request.target = [0x2f] + [UInt8](repeating: 0x61, count: 100_000)
    let text = Self.text([
      SampleObservations.exchange(
        SampleObservations.web, from: 0, to: 1, .http1(HTTPExchange(request: request, response: nil)))
    ])
    #expect(text.contains("aaa…(99,489 more)"))
    #expect(text.utf8.count < 2_000)
  }
}
