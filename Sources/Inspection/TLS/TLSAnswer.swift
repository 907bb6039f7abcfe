import SessionEvents

/// Collects what can be read of a handshake beside the ClientHello.
struct TLSAnswer {
  struct Place {
    var index: Int
    var start: Sighting
    var end: Sighting
  }

  /// Where it stands among the exchanges, once anything of it was seen.
  var place: Place?
  var facts = TLSServerHelloFacts(version: nil, cipher: nil)
  var findings: FindingList
  /// Whether nothing was missing so far.
  var isComplete = true
  private let limits: InspectionLimits
  private let digests: (any DigestService)?
  private var hello: ServerHello?
  /// Whether the server sent what it leaves out when it resumes a session (RFC 5246 §7.3).
  private var isFullHandshake = false {
    didSet { if isFullHandshake { facts.isResumed = false } }
  }

  init(limits: InspectionLimits, digests: (any DigestService)?) {
    self.limits = limits
    self.digests = digests
    findings = FindingList(limit: limits.findingCount)
  }

  /// Whether either side sent anything encrypted.
  var hasRecords: Bool {
    guard let records = facts.records else { return false }
    return [records.client, records.server].contains {
      $0.applicationRecordCount + $0.otherRecordCount > 0
    }
  }

  func draft(at place: Place, seen: ByteCounts) -> ExchangeDraft {
    ExchangeDraft(
      index: place.index, start: place.start, end: place.end, content: .tlsServerHello(facts),
      findings: findings.all, seen: seen)
  }

  // MARK: Messages

  mutating func take(_ hello: ServerHello, _ message: TLSHandshakeMessage) {
    // A second one would belong to a renegotiation, which is encrypted.
    guard self.hello == nil else { return }
    self.hello = hello
    var said = TLSServerHelloFacts(hello, digests: message.isWhole ? digests : nil)
    said.alerts = facts.alerts
    said.certificates = facts.certificates
    said.clientCertificates = facts.clientCertificates
    said.isResumed = facts.isResumed
    facts = said
    if hello.isTLS13, !hello.isRetryRequest, message.isWhole { facts.isResumed = hello.usesPresharedKey }
    if !message.isWhole {
      let detail = "\(message.bytes.count) bytes of the ServerHello can be read"
      note(.serverHelloIncomplete, message.offset, detail, .serverToClient)
    } else if let malformation = hello.malformation {
      let detail = "\(malformation.part) cannot be read at byte \(malformation.offset) of the message"
      note(.serverHelloMalformed, message.offset, detail, .serverToClient)
    }
  }

  mutating func addServerMessage(ofType type: UInt8) {
    switch type {
    // ServerKeyExchange, ServerHelloDone
    case 12, 14: isFullHandshake = true
    case 13:
      isFullHandshake = true
      facts.wantsClientCertificate = true
    default: break
    }
  }

  /// The server encrypts from here on.
  mutating func finishServerFlight() {
    guard let hello, !hello.isTLS13, isComplete else { return }
    facts.isResumed = !isFullHandshake
  }

  mutating func add(_ alert: TLSAlert, at offset: UInt64, in direction: Direction) {
    if facts.alerts.count < limits.tls.alertCount { facts.alerts.append(alert) }
    guard alert.level == "fatal" else { return }
    note(.alert, offset, "the \(alert.sender.rawValue) gives up: \(alert.description)", direction)
  }

  // MARK: Certificates

  /// Takes a Certificate message (RFC 5246 §7.4.2): lengths of three bytes, and a certificate behind each.
  mutating func addCertificates(_ message: TLSHandshakeMessage, from direction: Direction) {
    if direction == .serverToClient { isFullHandshake = true }
    var reader = ByteReader(message.bytes, min(4, message.bytes.count)..<message.bytes.count)
    var certificates: [CertificateFacts] = []
    if let byteCount = reader.uint24() {
      if byteCount != reader.remaining, message.isWhole {
        note(.certificatesIncomplete, message.offset, "the chain has another length than it says", direction)
      }
      while !reader.isAtEnd {
        let place = message.offset + UInt64(reader.position)
        guard let byteCount = reader.uint24(), let certificate = reader.part(byteCount) else {
          if message.isWhole {
            note(.certificatesIncomplete, place, "a certificate is longer than its message", direction)
          }
          break
        }
        guard certificates.count < limits.tls.certificateCount else {
          note(
            .tooManyCertificates, place, "certificates beyond \(certificates.count) are left out", direction)
          break
        }
        certificates.append(read(certificate, at: place + 3, direction))
      }
    }
    if !message.isWhole {
      let detail = "\(certificates.count) certificates of a chain that is not here to its end"
      note(.certificatesIncomplete, message.offset, detail, direction)
    }
    switch direction {
    case .clientToServer: facts.clientCertificates = certificates
    case .serverToClient: facts.certificates = certificates
    }
  }

  private mutating func read(
    _ reader: ByteReader, at place: UInt64, _ direction: Direction
  ) -> CertificateFacts {
    let range = reader.position..<reader.end
    let certificate = X509Certificate(reader.bytes, range, limits: limits.tls)
    if let problem = certificate.problem {
      note(.certificateMalformed, place, "the certificate's \(problem) cannot be read", direction)
    }
    guard let digest = digests?.makeSHA256() else { return certificate.facts(sha256: []) }
    digest.update(reader.bytes.span.extracting(range))
    return certificate.facts(sha256: digest.finish())
  }

  private mutating func note(
    _ problem: TLSProblem, _ offset: UInt64, _ detail: String, _ direction: Direction
  ) {
    findings.append(problem.at(offset, detail, in: direction))
  }
}
