import SessionEvents

extension MetricsText {
  /// What the session ledger counts.
  static func sessionFamilies(_ totals: LedgerTotals) -> [MetricFamily] {
    openingFamilies(totals) + trafficFamilies(totals) + endingFamilies(totals)
  }

  private static func openingFamilies(_ totals: LedgerTotals) -> [MetricFamily] {
    let transports = TransportProtocol.allCases
    return [
      .counters(
        "wiretape_sessions_opened_total", "Sessions that began", transports, labels: labels,
        value: { totals.opened[$0] }),
      .counters(
        "wiretape_sessions_closed_total", "Sessions that are over", transports, labels: labels,
        value: { totals.closed[$0] }),
      MetricFamily(
        name: "wiretape_sessions_live", kind: .gauge, help: "Sessions that are not over",
        samples: transports.map {
          let opened = totals.opened[$0]
          // The two are read one after the other, while sessions come and go.
          return .init(labels: labels($0), value: .integer(opened - min(opened, totals.closed[$0])))
        }),
      .counter(
        "wiretape_sessions_plain_total", "TCP sessions whose first bytes were not TLS",
        totals.treatments[.plain]),
      .counter(
        "wiretape_sessions_decrypted_total", "TCP sessions whose TLS was taken off",
        totals.treatments[.decrypted]),
      .counters(
        "wiretape_sessions_bypassed_total", "TCP sessions that were relayed unread", bypassReasons,
        labels: { [.init(name: "reason", value: $0.reason)] }, value: { totals.treatments[$0.treatment] }),
      .counters(
        "wiretape_tls_handshakes_total", "Finished TLS handshakes, by the party they were done with",
        HandshakeKind.allCases,
        labels: {
          [
            .init(name: "party", value: $0.party.rawValue),
            .init(name: "version", value: $0.version.rawValue),
          ]
        }, value: { totals.handshakes[$0] }),
      .counter(
        "wiretape_upstream_certificates_bad_total",
        "Finished TLS handshakes with servers whose certificates do not stand", totals.badCertificates),
    ]
  }

  private static func trafficFamilies(_ totals: LedgerTotals) -> [MetricFamily] {
    let kinds = TransportProtocol.allCases.flatMap { transport in
      Direction.allCases.map { (transport, $0) }
    }
    return [
      .counters(
        "wiretape_bytes_total",
        "Payload bytes that were relayed, after decryption; those of bypassed sessions are not counted",
        kinds,
        labels: { labels($0) + labels($1) },
        value: { transport, direction in
          switch transport {
          case .tcp: totals.streamBytes[direction]
          case .udp: totals.datagramBytes[direction]
          }
        }),
      .counters(
        "wiretape_datagrams_total", "DNS messages that were relayed over UDP", Direction.allCases,
        labels: labels,
        value: { totals.datagrams[$0] }),
      .counters(
        "wiretape_gaps_total", "Places in streams where relayed bytes could not be told", Direction.allCases,
        labels: labels, value: { totals.gaps[$0] }),
      .counters(
        "wiretape_gap_bytes_total", "Relayed bytes that could not be told", Direction.allCases,
        labels: labels,
        value: { totals.gapBytes[$0] }),
    ]
  }

  private static func endingFamilies(_ totals: LedgerTotals) -> [MetricFamily] {
    [
      .counters(
        "wiretape_session_failures_total", "Sessions that did not come to their natural end",
        FailureKind.allCases, labels: { [.init(name: "reason", value: $0.rawValue)] },
        value: { totals.failures[$0] }),
      .counters(
        "wiretape_session_resets_total", "TCP sessions that ended in a reset, by who sent it", Party.allCases,
        labels: { [.init(name: "party", value: $0.rawValue)] }, value: { totals.resets[$0] }),
    ]
  }

  private static let bypassReasons: [(treatment: SessionTreatment, reason: String)] = [
    (.bypassedByRequest, "requested"),
    (.bypassedForClientCertificate, "client_certificate_required"),
    (.bypassedAsUnsupported, "unsupported"),
  ]

  private static func labels(_ transport: TransportProtocol) -> [MetricFamily.Label] {
    [.init(name: "transport", value: transport.rawValue)]
  }

  private static func labels(_ direction: Direction) -> [MetricFamily.Label] {
    switch direction {
    case .clientToServer: [.init(name: "direction", value: "client_to_server")]
    case .serverToClient: [.init(name: "direction", value: "server_to_client")]
    }
  }
}
