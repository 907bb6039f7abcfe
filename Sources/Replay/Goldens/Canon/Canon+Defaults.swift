extension Canon {
  /// The rules that come with the program: what changes whenever the same is said again.
  ///
  /// Whoever wants a field compared after all gives it a rule `is: exact`, or leaves out all of these with
  /// `defaults: false`. `docs/TESTING-WITH-RECORDINGS.md` lists them; a test compares.
  static let defaultRules: [CanonRule] = groups.flatMap { group in
    group.paths.compactMap { path in CanonPath(path).map { CanonRule($0, group.matcher) } }
  }

  /// The same, as the guide lists them.
  public static let defaultTable: [(about: String, paths: [String], matcher: CanonMatcher)] =
    groups.map { ($0.about, $0.paths, $0.matcher) }

  private struct Group {
    var about: String
    var matcher: CanonMatcher
    var paths: [String]
  }

  private static let groups: [Group] = [
    Group(
      about: "when, in which packet, in which session", matcher: .ignored,
      paths: ["start", "duration", "packet", "session", "index", "stream", "note", "follows"]),
    Group(
      about: "addresses and ports of both sides; the host's name stays", matcher: .ignored,
      paths: ["client", "server", "data_address"]),
    Group(
      about: "where findings stand, and in what words; their codes stay", matcher: .ignored,
      paths: ["findings.offset", "findings.detail"]),
    Group(
      about: "DNS: ids, times to live, cookies", matcher: .ignored,
      paths: ["query.id", "response.id", "response.*.ttl", "*.edns.options[cookie].data"]),
    Group(
      about: "TLS: JA3, which the order of a browser's extensions changes; how much was encrypted",
      matcher: .ignored, paths: ["hello.ja3", "records"]),
    Group(
      about: "TLS: validity and digests of certificates", matcher: .present,
      paths: [
        "hello.certificates.not_before", "hello.certificates.not_after", "hello.certificates.sha256",
        "hello.client_certificates.not_before", "hello.client_certificates.not_after",
        "hello.client_certificates.sha256",
      ]),
    Group(
      about: "commands: tags of IMAP, which clients make up", matcher: .ignored,
      paths: ["command.tag"]),
    Group(
      about: "what nobody reads: how it looks", matcher: .ignored,
      paths: ["client_entropy", "server_entropy", "client_start", "server_start", "guess.reason"]),
    Group(
      about: "dates", matcher: .present,
      paths: headers(
        [
          "date", "expires", "last-modified", "if-modified-since", "if-unmodified-since", "retry-after",
          "x-amz-date", "x-goog-date", "x-ms-date",
        ])),
    Group(
      about: "validators of caches", matcher: .present,
      paths: headers(["etag", "if-none-match", "if-match", "if-range"])),
    Group(
      about: "what caches and servers add, there or not", matcher: .ignored,
      paths: headers(
        [
          "age", "x-cache-hits", "x-timer", "x-served-by", "x-runtime", "x-response-time",
          "server-timing", "x-envoy-upstream-service-time",
        ])),
    Group(
      about: "cookies and credentials", matcher: .present,
      paths: headers(
        [
          "set-cookie", "cookie", "authorization", "proxy-authorization", "authentication-info",
          "x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token", "x-amz-security-token",
          "x-amz-content-sha256",
        ])),
    Group(
      about: "ids of requests and traces", matcher: .present,
      paths: headers(
        [
          "x-request-id", "request-id", "x-correlation-id", "x-trace-id", "traceparent", "tracestate",
          "x-b3-*", "x-cloud-trace-context", "x-amzn-trace-id", "x-amzn-requestid", "x-amz-request-id",
          "x-amz-id-2", "x-amz-cf-id", "x-ms-request-id", "x-github-request-id", "cf-ray",
          "idempotency-key",
        ])),
    Group(
      about: "what is left of limits", matcher: .present,
      paths: headers(["ratelimit-*", "x-ratelimit-*", "x-rate-limit-*"])),
    Group(
      about: "handshake of WebSocket", matcher: .present,
      paths: ["request.headers[sec-websocket-key]", "response.headers[sec-websocket-accept]"]),
    Group(
      about: "boundary of multipart", matcher: .mask(#"boundary=("[^"]*"|[^;\s]*)"#),
      paths: headers(["content-type"])),
  ]

  /// Fields of requests, responses and interim responses, also in trailers.
  private static func headers(_ names: [String]) -> [String] {
    names.flatMap { ["*.headers[\($0)]", "*.trailers[\($0)]"] }
  }
}
