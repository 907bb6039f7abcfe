import Inspection
import Replay
import SessionEvents
import Testing

@Suite struct `Traffic statistics` {
  static func statistics(
    _ observations: [Observation], by groupings: [StatisticsGrouping] = [.host, .protocol, .status]
  ) -> TrafficStatistics {
    var statistics = TrafficStatistics(groupings)
    for observation in observations { statistics.receive(observation) }
    return statistics
  }

  static func jsonLines(_ observations: [Observation]) -> [String] {
    let bytes = StatisticsReport(statistics(observations, by: StatisticsGrouping.allCases)).jsonLines
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func text(_ statistics: TrafficStatistics, rowCount: Int = 20, width: Int = 100) -> String {
    let options = ShowOptions(width: width)
    return String(decoding: StatisticsReport(statistics).text(options, rowCount: rowCount), as: UTF8.self)
  }

  static let recording =
    SampleObservations.dns + SampleObservations.http + [
      SampleObservations.closed(SampleObservations.resolver, at: 10, SessionClosing(.idle)),
      SampleObservations.closed(SampleObservations.web, at: 1_503, SessionClosing(.reset(by: .client))),
      .opened(SampleObservations.unreachable),
      SampleObservations.closed(
        SampleObservations.unreachable, at: 85,
        SessionClosing(.reset(by: .server), cause: .upstreamUnreachable("connect: Connection refused"))),
      .opened(SampleObservations.opaque),
      SampleObservations.closed(SampleObservations.opaque, at: 100, SessionClosing(.open)),
    ]

  @Test func `says how much of what there was`() {
    #expect(
      text(Self.statistics(Self.recording)) == """
        4 sessions, 8 exchanges from 2026-11-24 08:15:02 to 08:15:03 UTC
        1.4 kB from the clients, 16.0 kB from the servers, 1 failed session
          1,234,567 bytes missing in 1 session

        HOST         SESSIONS EXCHANGES ERRORS NO ANSWER   SENT RECEIVED     P50    P90    P99    MAX
        example.com         1         5      2         1 1.2 MB  13.6 kB 20.0 ms  1.4 s  1.4 s  1.4 s
        10.9.8.7            1         3      1         1    0 B      0 B  1.0 ms 1.0 ms 1.0 ms 1.0 ms
        10.1.2.4            1         0      0         0    0 B      0 B
        git.test            1         0      0         0    0 B      0 B

        PROTOCOL     SESSIONS EXCHANGES ERRORS NO ANSWER   SENT RECEIVED     P50    P90    P99    MAX
        http/1              1         4      2         1 1.2 MB  13.6 kB 20.0 ms  1.4 s  1.4 s  1.4 s
        dns                 1         3      1         1    0 B      0 B  1.0 ms 1.0 ms 1.0 ms 1.0 ms
        tls                 1         1      0         0    0 B      0 B

        STATUS       SESSIONS EXCHANGES ERRORS NO ANSWER   SENT RECEIVED     P50     P90     P99     MAX
        none                2         2      0         2    0 B      0 B
        -                   1         1      0         0    0 B      0 B
        2xx                 1         1      0         0    0 B   1.3 kB 20.0 ms 20.0 ms 20.0 ms 20.0 ms
        4xx                 1         1      1         0 1.2 MB  12.3 kB   1.4 s   1.4 s   1.4 s   1.4 s
        5xx                 1         1      1         0    0 B      7 B  1.0 ms  1.0 ms  1.0 ms  1.0 ms
        NOERROR             1         1      0         0    0 B      0 B  1.0 ms  1.0 ms  1.0 ms  1.0 ms
        NXDOMAIN            1         1      1         0    0 B      0 B  1.0 ms  1.0 ms  1.0 ms  1.0 ms

        FINDINGS
        http1.chunk-size-invalid                           1

        """)
  }

  @Test func `counts the rows beyond those that are asked for together`() {
    let text = text(Self.statistics(Self.recording, by: [.status]), rowCount: 1)
    #expect(text.contains("(others)"))
    #expect(text.split(separator: "\n").count == 8)
  }

  @Test func `keeps a limited number of rows`() {
    var observations: [Observation] = []
    let count = UInt64(StatisticsTable.rowLimit) + 500
    for number in 1...count {
      var session = SampleObservations.web
      session.session = SessionID(number)
      session.host = HostName(name: "h\(number).test", source: .sni)
      observations += [
        .opened(session),
        SampleObservations.exchange(session, from: 1, to: 2, .tlsHello(SampleObservations.hello)),
        SampleObservations.closed(session, at: 3, SessionClosing(.fin)),
      ]
    }
    let statistics = Self.statistics(observations, by: [.host])
    #expect(statistics.tables[0].rows.count == StatisticsTable.rowLimit)
    #expect(statistics.tables[0].others?.exchanges == 500)
    #expect(statistics.tables[0].others?.sessions == 500)
    #expect(statistics.total.sessions == count)
  }

  @Test func `counts a session once in a row, whatever is said in it`() {
    let statistics = Self.statistics(Self.recording, by: [.protocol, .host])
    #expect(statistics.tables[0].rows["http/1"]?.sessions == 1)
    #expect(statistics.tables[0].rows["http/1"]?.exchanges == 4)
    // One in which nothing was said counts where its server is known.
    #expect(statistics.tables[1].rows["10.1.2.4"]?.sessions == 1)
    #expect(statistics.tables[1].rows["10.1.2.4"]?.exchanges == 0)
  }

  @Test func `adds recordings up`() {
    var sum = Self.statistics(Self.recording)
    sum.merge(Self.statistics(Self.recording))
    let once = Self.statistics(Self.recording)
    #expect(sum.total.exchanges == 2 * once.total.exchanges)
    #expect(sum.total.durations.count == 2 * once.total.durations.count)
    #expect(
      sum.tables[0].rows["example.com"]?.responseBytes == 2
        * (once.tables[0].rows["example.com"]?.responseBytes ?? 0))
    #expect(sum.findings["http1.chunk-size-invalid"] == 2)
    #expect(sum.first == once.first && sum.last == once.last)
  }

  struct Key: Sendable {
    var by: StatisticsGrouping
    var content: Exchange.Content
    var key: String
  }

  private static func http(_ method: String, _ status: Int?) -> HTTPExchange {
    HTTPExchange(
      request: SampleObservations.request(method, "/"),
      response: status.map { SampleObservations.response($0, type: "text/plain", size: 1) })
  }

  private static func grpc(_ status: Int) -> HTTPExchange {
    var exchange = http("POST", 200)
    exchange.grpc = GRPCCall(
      service: [], method: [], status: status, message: nil, requests: GRPCMessages(),
      responses: GRPCMessages())
    return exchange
  }

  private static func mail(_ verb: String?, _ status: String?) -> Exchange.Content {
    .command(
      CommandExchange(
        dialect: .smtp,
        command: verb.map { CommandExchange.Command(verb: Array($0.utf8), arguments: [], byteCount: 9) },
        reply: status.map {
          CommandExchange.Reply(status: Array($0.utf8), isError: $0 >= "400", text: [], byteCount: 7)
        }))
  }

  static let keys = [
    Key(by: .status, content: .http1(http("GET", 204)), key: "2xx"),
    Key(by: .status, content: .http2(http("GET", 503), stream: 1), key: "5xx"),
    Key(by: .status, content: .http1(http("GET", nil)), key: "none"),
    Key(by: .status, content: .http2(grpc(14), stream: 1), key: "grpc UNAVAILABLE"),
    Key(by: .status, content: .http2(grpc(0), stream: 1), key: "grpc OK"),
    Key(by: .status, content: .http2(grpc(77), stream: 1), key: "grpc STATUS77"),
    Key(by: .status, content: .http2(http("GET", 200), stream: 0), key: "-"),
    Key(by: .status, content: mail("MAIL", "250"), key: "smtp 2xx"),
    Key(by: .status, content: mail(nil, "220"), key: "smtp 2xx"),
    Key(by: .status, content: mail("MAIL", nil), key: "none"),
    Key(by: .status, content: .tlsHello(SampleObservations.hello), key: "-"),
    Key(by: .method, content: .http1(http("get", 200)), key: "GET"),
    Key(by: .method, content: mail("mail", "250"), key: "MAIL"),
    Key(by: .method, content: .tlsHello(SampleObservations.hello), key: "-"),
    Key(by: .protocol, content: .http2(http("GET", 200), stream: 1), key: "h2"),
    Key(by: .protocol, content: mail("MAIL", "250"), key: "smtp"),
    Key(by: .host, content: .http1(http("GET", 200)), key: "example.com"),
    Key(by: .host, content: .tlsHello(SampleObservations.hello), key: "10.1.2.4"),
    Key(by: .process, content: .http1(http("GET", 200)), key: "-"),
  ]

  @Test(arguments: keys) func `knows what exchanges have in common`(_ test: Key) {
    let session = SampleObservations.unreachable
    let statistics = Self.statistics(
      [.opened(session), SampleObservations.exchange(session, from: 1, to: 2, test.content)], by: [test.by])
    #expect(Array(statistics.tables[0].rows.keys) == [test.key])
  }
}
