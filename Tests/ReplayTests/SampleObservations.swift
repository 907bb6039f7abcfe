import Inspection
import SessionEvents

/// A recording's observations in which every kind of thing occurs, made by hand.
enum SampleObservations {
  static let start: Int64 = 1_795_508_102_101_000_000  // 2026-11-24T08:15:02.101Z

  static func time(_ milliseconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: start + milliseconds * 1_000_000)
  }

  static func endpoint(_ text: String) -> Endpoint {
    Endpoint(text) ?? Endpoint(address: .v4(0), port: 0)
  }

  static func summary(
    _ number: UInt64, _ transport: TransportProtocol, client: String, server: String, host: HostName? = nil,
    process: ProcessFacts? = curl, at milliseconds: Int64
  ) -> SessionSummary {
    let server = endpoint(server)
    return SessionSummary(
      session: SessionID(number),
      opening: SessionOpening(
        transport: transport, client: endpoint(client), originalDestination: server,
        interception: .sandbox, process: process),
      opened: time(milliseconds), host: host ?? HostName(name: "\(server.address)", source: .address),
      firstPacket: number * 10)
  }

  static let curl = ProcessFacts(
    uid: 1_000, user: "alice", pid: 4_711, name: "curl", executable: "/usr/bin/curl",
    commandLine: ["curl", "https://example.com/"], cgroup: "/user.slice/user-1000.slice/session-2.scope",
    unit: "session-2.scope")

  static func exchange(
    _ session: SessionSummary, _ index: Int = 0, from start: Int64, to end: Int64,
    _ content: Exchange.Content,
    findings: [Finding] = []
  ) -> Observation {
    .exchange(
      Exchange(
        session: session.session, index: index, start: time(start), end: time(end),
        packet: session.firstPacket.map { $0 + 3 }, content: content, findings: findings), session)
  }

  static func closed(_ session: SessionSummary, at milliseconds: Int64, _ closing: SessionClosing)
    -> Observation
  {
    var session = session
    session.closed = time(milliseconds)
    session.closing = closing
    return .closed(session)
  }

  // MARK: DNS

  static var resolver: SessionSummary {
    summary(1, .udp, client: "127.0.0.1:41380", server: "10.9.8.7:53", at: 0)
  }

  static func query(_ name: String, _ type: String = "A") -> DNSMessage {
    DNSMessage(
      id: 4_660, opcode: "QUERY", rcode: "NOERROR", flags: .recursionDesired,
      questions: [DNSQuestion(name: name, type: type, class: "IN")],
      edns: DNSExtension(
        version: 0, payloadSize: 1_232, dnssecOK: false, options: [DNSOption(code: 10, data: [1, 2, 0xfe])]))
  }

  static func answer(_ name: String, rcode: String = "NOERROR", _ answers: [DNSRecord]) -> DNSMessage {
    DNSMessage(
      id: 4_660, opcode: "QUERY", rcode: rcode, flags: [.response, .recursionDesired, .recursionAvailable],
      questions: [DNSQuestion(name: name, type: "A", class: "IN")], answers: answers,
      authority: [
        DNSRecord(name: "example.com", type: "NS", class: "IN", timeToLive: 60, data: "ns.example.com")
      ])
  }

  static func record(_ name: String, _ type: String, _ data: String) -> DNSRecord {
    DNSRecord(name: name, type: type, class: "IN", timeToLive: 300, data: data)
  }

  static var dns: [Observation] {
    [
      .opened(resolver),
      exchange(
        resolver, from: 0, to: 1,
        .dns(
          DNSExchange(
            query: query("www.example.com"),
            response: answer(
              "www.example.com",
              [record("www.example.com", "CNAME", "example.com"), record("example.com", "A", "10.1.2.3")])))),
      exchange(
        resolver, 1, from: 2, to: 3,
        .dns(DNSExchange(query: query("nosuch.test"), response: answer("nosuch.test", rcode: "NXDOMAIN", [])))
      ),
      exchange(
        resolver, 2, from: 3, to: 3, .dns(DNSExchange(query: query("lost.test", "AAAA"), response: nil))),
    ]
  }

  static var multicast: SessionSummary {
    summary(7, .udp, client: "10.0.0.1:5353", server: "224.0.0.251:5353", process: nil, at: 4)
  }

  static var linkLocal: SessionSummary {
    summary(8, .udp, client: "10.0.0.1:50123", server: "224.0.0.252:5355", process: nil, at: 5)
  }

  static var dnsSiblings: [Observation] {
    var question = query("printer.local")
    question.edns = nil
    question.questions[0].wantsUnicast = true
    var announcement = answer(
      "", [record("printer.local", "A", "10.1.2.7"), record("x.local", "SRV", "0 0 1 x.local")])
    announcement.questions = []
    announcement.answers[0].flushesCache = true
    announcement.answers[1].timeToLive = 0
    let keepAlive = DNSMessage(
      id: 1, opcode: "DSO", rcode: "NOERROR", flags: [],
      operations: [DNSOperation(type: "KeepAlive", byteCount: 8)])
    var update = query("example.com", "SOA")
    update.opcode = "UPDATE"
    update.answers = [DNSRecord(name: "a.test", type: "ANY", class: "ANY", timeToLive: 0, data: "")]
    update.authority = [
      record("b.test", "A", "10.1.2.8"),
      DNSRecord(name: "c.test", type: "TXT", class: "ANY", timeToLive: 0, data: ""),
    ]
    return [
      .opened(multicast), .opened(linkLocal),
      exchange(multicast, from: 4, to: 4, .dns(DNSExchange(query: question, response: nil, flavor: .mdns))),
      exchange(
        multicast, 1, from: 5, to: 5, .dns(DNSExchange(query: nil, response: announcement, flavor: .mdns))),
      exchange(
        linkLocal, from: 5, to: 6,
        .dns(
          DNSExchange(
            query: query("wpad"), response: answer("wpad", [record("wpad", "A", "10.1.2.3")]), flavor: .llmnr)
        )),
      exchange(
        resolver, 3, from: 6, to: 6,
        .dns(DNSExchange(query: nil, response: answer("www.example.com", []), follows: 0))),
      exchange(resolver, 4, from: 6, to: 7, .dns(DNSExchange(query: keepAlive, response: nil))),
      exchange(resolver, 5, from: 6, to: 7, .dns(DNSExchange(query: update, response: nil))),
    ]
  }

  // MARK: HTTP

  static var web: SessionSummary {
    var web = summary(
      2, .tcp, client: "10.0.0.1:55712", server: "10.1.2.3:443",
      host: HostName(name: "example.com", source: .sni),
      at: 3)
    web.hello = hello
    web.clientTLS = TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: "http/1.1")
    web.serverTLS = TLSFacts(
      version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", alpn: "http/1.1",
      certificates: [
        CertificateFacts(
          subject: "CN=example.com", issuer: "CN=Example CA", names: ["example.com", "*.example.com"],
          notBefore: time(-1_000_000), notAfter: time(1_000_000), sha256: [UInt8](repeating: 0xab, count: 32))
      ], certificateErrors: ["certificate has expired"])
    web.clientByteCount = 400
    web.serverByteCount = 15_000
    return web
  }

  static let hello = TLSHelloFacts(
    serverName: "example.com", alpn: [Array("h2".utf8), [0xff]], versions: ["TLSv1.3", "TLSv1.2"],
    ja3: "579ccef312d18482fc42e2b822ca2430", ja4: "t13d1516h2_8daaf6152771_e5627efa2ab1")

  static let serverHello = TLSServerHelloFacts(
    version: "TLSv1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", alpn: Array("h2".utf8),
    isResumed: false, ja3s: "836ce314215654b5b1f85f97c73e506f",
    certificates: [
      CertificateFacts(
        subject: "CN=example.com,O=Example\u{1b}", issuer: "CN=Example CA", names: ["example.com"],
        notBefore: time(-1_000_000), notAfter: time(1_000_000), sha256: [UInt8](repeating: 0xab, count: 32)),
      CertificateFacts(
        subject: "CN=Example CA", issuer: "CN=Example CA", names: [], notBefore: time(-1_000_000),
        notAfter: time(1_000_000), sha256: [UInt8](repeating: 0xcd, count: 32)),
    ], wantsClientCertificate: true,
    alerts: [TLSAlert(sender: .client, level: "fatal", description: "unknown_ca")],
    records: TLSRecordCounts(
      client: .init(applicationRecordCount: 1, applicationByteCount: 99),
      server: .init(applicationRecordCount: 3, applicationByteCount: 12_345, otherRecordCount: 2)))

  static func request(_ method: String, _ target: String, sent: UInt64 = 0) -> HTTPRequest {
    HTTPRequest(
      method: Array(method.utf8), scheme: "https", authority: Array("example.com".utf8),
      target: Array(target.utf8),
      version: "1.1", headers: [field("Host", "example.com")],
      body: HTTPBody(byteCount: sent, sha256: sent == 0 ? nil : [UInt8](repeating: 1, count: 32)))
  }

  static func response(_ status: Int, type: String, size: UInt64, decoded: UInt64? = nil) -> HTTPResponse {
    HTTPResponse(
      status: status, version: "1.1", reason: Array("OK".utf8), headers: [field("Content-Type", type)],
      trailers: [field("X-Check", "\u{e9}")],
      body: HTTPBody(
        byteCount: size, sha256: [UInt8](repeating: 2, count: 32), decodedByteCount: decoded ?? size,
        decodedSHA256: [UInt8](repeating: 3, count: 32)))
  }

  static func field(_ name: String, _ value: String) -> HTTPField {
    HTTPField(name: Array(name.utf8), value: Array(value.utf8))
  }

  static var http: [Observation] {
    var cut = response(502, type: "text/plain", size: 7)
    cut.isComplete = false
    return [
      .opened(web),
      exchange(web, from: 20, to: 20, .tlsHello(hello)),
      exchange(
        web, 1, from: 30, to: 50,
        .http1(
          HTTPExchange(
            request: request("GET", "/"),
            response: response(200, type: "text/html; charset=utf-8", size: 1_256)))),
      exchange(
        web, 2, from: 60, to: 1_460,
        .http1(
          HTTPExchange(
            request: request("POST", "/v1/items?page=2&order=ascending&filter=none", sent: 1_234_567),
            interim: [HTTPResponse(status: 100, version: "1.1", reason: [], headers: [])],
            response: response(404, type: "application/json", size: 12_345, decoded: 98_765)))),
      exchange(
        web, 3, from: 1_500, to: 1_501,
        .http1(HTTPExchange(request: request("GET", "/cut"), response: cut)),
        findings: [
          Finding(
            code: "http1.chunk-size-invalid", offset: 13_000,
            detail: "chunk size \"xyz\u{1b}[2J\" is no number",
            direction: .serverToClient)
        ]),
      exchange(
        web, 4, from: 1_502, to: 1_502, .http1(HTTPExchange(request: request("GET", "/late"), response: nil))),
    ]
  }

  static var http2: [Observation] {
    var request = request("GET", "/streams")
    request.version = "2"
    var response = response(200, type: "text/css", size: 99)
    response.version = "2"
    var call = HTTPExchange(request: request, response: response)
    call.grpc = grpc
    return [
      exchange(
        web, 5, from: 1_502, to: 1_503, .http2(HTTPExchange(request: request, response: response), stream: 7)),
      exchange(web, 10, from: 1_502, to: 1_503, .http2(call, stream: 9)),
      exchange(
        web, 6, from: 1_503, to: 1_503, .http2(HTTPExchange(request: nil, response: nil), stream: 0),
        findings: [
          Finding(
            code: "h2.goaway", offset: 44, detail: "the server goes away: CANCEL, last stream 7",
            direction: .serverToClient)
        ]),
    ]
  }

  static let grpc = GRPCCall(
    service: Array("users.Users".utf8), method: Array("Find".utf8), status: 5,
    message: Array("no such user".utf8),
    requests: GRPCMessages(
      count: 1,
      first: [
        GRPCMessage(
          byteCount: 40, isCompressed: false,
          fields: [
            ProtobufField(number: 1, value: .text(Array("alice".utf8), byteCount: 5)),
            ProtobufField(number: 2, value: .varint(.max)), ProtobufField(number: 3, value: .fixed32(7)),
            ProtobufField(number: 4, value: .fixed64(8)),
            ProtobufField(
              number: 5,
              value: .message(
                [ProtobufField(number: 1, value: .bytes([0, 0xff], byteCount: 9))], byteCount: 11)),
          ])
      ]),
    responses: GRPCMessages(count: 3, first: [GRPCMessage(byteCount: 7, isCompressed: true, fields: nil)]))

  // MARK: WebSocket

  static var webSocket: [Observation] {
    let body = HTTPBody(
      byteCount: 1_200, sha256: [UInt8](repeating: 5, count: 32), decodedByteCount: 9_800,
      decodedSHA256: [UInt8](repeating: 6, count: 32))
    let messages = [
      WebSocketMessage(
        sender: .client, opcode: 1, body: body, fragmentCount: 3, excerpt: Array("say \"hello\"".utf8)),
      WebSocketMessage(sender: .server, opcode: 2, body: HTTPBody(byteCount: 7), isComplete: false),
      WebSocketMessage(
        sender: .server, opcode: 8, body: HTTPBody(byteCount: 6, decodedByteCount: 6), closeCode: 1_001,
        excerpt: Array("gone".utf8)),
    ]
    return messages.enumerated().map { index, message in
      exchange(web, 7 + index, from: 1_503, to: 1_504, .webSocket(message))
    }
  }

  // MARK: Bodies

  static var bodies: [Observation] {
    var form = request("POST", "/photos", sent: 4_711)
    form.body.form = BodyForm(
      kind: .multipart,
      parts: [
        BodyForm.Part(name: Array("title".utf8), byteCount: 5, excerpt: Array("Me \u{26} you".utf8)),
        BodyForm.Part(
          name: Array("photo".utf8), fileName: Array("me.jpg".utf8), contentType: Array("image/jpeg".utf8),
          byteCount: 4_000, excerpt: [0xff, 0xd8]),
      ], partCount: 3)
    return [
      exchange(
        web, 10, from: 1_503, to: 1_504,
        .http1(HTTPExchange(request: form, response: response(200, type: "text/plain", size: 0)))),
      exchange(
        web, 12, from: 1_503, to: 1_504,
        .serverSentEvent(
          ServerSentEvent(
            within: 11, type: Array("price".utf8), id: Array("17".utf8), dataByteCount: 1_100,
            dataSHA256: [UInt8](repeating: 7, count: 32), excerpt: Array("{\"up\":1".utf8)))),
      exchange(
        web, 13, from: 1_503, to: 1_503,
        .serverSentEvent(
          ServerSentEvent(
            within: 11, type: Array("message".utf8), id: nil, dataByteCount: 0, dataSHA256: nil, excerpt: []))
      ),
    ]
  }

  // MARK: The rest

  static var hidden: SessionSummary {
    var hidden = summary(3, .tcp, client: "[2001:db8::1]:50000", server: "[2001:db8::2]:443", at: 70)
    hidden.hello = hello
    hidden.bypass = .clientCertificateRequired
    return hidden
  }

  static var unreachable: SessionSummary {
    summary(4, .tcp, client: "10.0.0.1:55714", server: "10.1.2.4:8080", process: nil, at: 80)
  }

  static var opaque: SessionSummary {
    var opaque = summary(
      5, .tcp, client: "10.0.0.1:55715", server: "10.1.2.5:22",
      host: HostName(name: "git.test", source: .dns), at: 90)
    opaque.clientByteCount = 999
    opaque.serverByteCount = 1_000
    opaque.gapByteCount = 1_234_567
    opaque.conflictByteCount = 21
    return opaque
  }

  static var all: [Observation] {
    dns + dnsSiblings + http + http2 + webSocket + bodies + commands + [
      .opened(hidden), .opened(unreachable), .opened(opaque),
      exchange(hidden, from: 71, to: 71, .tlsHello(hello)),
      exchange(
        hidden, 1, from: 72, to: 75, .tlsServerHello(serverHello),
        findings: [
          Finding(
            code: "tls.alert", offset: 5, detail: "the client gives up: unknown_ca",
            direction: .clientToServer)
        ]),
      closed(resolver, at: 10, SessionClosing(.idle)),
      closed(
        unreachable, at: 85,
        SessionClosing(.reset(by: .server), cause: .upstreamUnreachable("connect: Connection refused"))),
      closed(hidden, at: 3_700_070, SessionClosing(.fin)),
      exchange(
        opaque, from: 91, to: 99,
        .opaque(
          OpaqueExchange(
            client: OpaqueExchange.Look(byteCount: 999, entropy: 4_096, start: Array("SSH-2.0-x".utf8)),
            server: OpaqueExchange.Look(byteCount: 1_000),
            guess: OpaqueExchange.Guess(name: "ssh", reason: #"begins with "SSH-""#)))),
      closed(opaque, at: 100, SessionClosing(.open)),
      closed(web, at: 1_503, SessionClosing(.reset(by: .client))),
    ]
  }
}
