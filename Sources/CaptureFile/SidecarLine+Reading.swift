import SessionEvents

/// A line whose fields contradict the format: what was missing or wrong.
struct SidecarDefect: Error, Hashable {
  var text: String

  init(_ text: String) {
    self.text = text
  }
}

extension SidecarLine {
  init(_ fields: SidecarFields) throws(SidecarDefect) {
    self.init(
      after: try required(fields.after, "after"), session: fields.session.map { SessionID($0) },
      time: try timestamp(fields.time, "time"), packet: fields.packet,
      content: try Content(fields))
    if session == nil {
      switch content {
      case .lost, .unknown: break
      default: throw SidecarDefect("no field \"session\"")
      }
    }
  }
}

extension SidecarLine.Content {
  fileprivate init(_ fields: SidecarFields) throws(SidecarDefect) {
    switch try required(fields.event, "event") {
    case "opened":
      let shown: ShownEndpoints? =
        if let shown = fields.shown {
          ShownEndpoints(
            client: try value(shown.client, "as.client"), server: try value(shown.server, "as.server"))
        } else {
          nil
        }
      self = .opened(try SessionOpening(fields), shown: shown)
    case "client_hello":
      guard let hello = Base64.bytes(of: try required(fields.hello, "hello")) else {
        throw SidecarDefect("field \"hello\" is no base64")
      }
      self = .clientHello(hello)
    case "secured":
      self = .secured(try value(fields.party, "party"), try TLSFacts(required(fields.tls, "tls")))
    case "bypassed":
      self = .bypassed(try BypassReason(fields))
    case "gap":
      self = .gap(try direction(fields), byteCount: try required(fields.byteCount, "bytes"))
    case "half_closed":
      self = .halfClosed(try direction(fields))
    case "closed":
      var closing = SessionClosing(try SessionEnd(fields), cause: try fields.cause.map(SessionFailure.init))
      closing.continuedIn = fields.continuedIn
      self = .closed(
        closing,
        SessionTotals(
          client: try StreamTotals(required(fields.clientStream, "client_stream")),
          server: try StreamTotals(required(fields.serverStream, "server_stream"))))
    case "lost":
      self = .lost(
        RecordingLoss(
          reason: try required(fields.reason, "reason"), packetCount: fields.packetCount ?? 0,
          eventCount: fields.eventCount ?? 0, byteCount: fields.byteCount ?? 0))
    case let name:
      self = .unknown(name)
    }
  }
}

extension SessionOpening {
  fileprivate init(_ fields: SidecarFields) throws(SidecarDefect) {
    self.init(
      transport: try value(fields.transport, "transport"), client: try value(fields.client, "client"),
      originalDestination: try value(fields.server, "server"),
      interception: try value(fields.interception, "interception"),
      process: try fields.process.map(ProcessFacts.init))
    continues = try fields.continues.map(SessionContinuation.init)
  }
}

extension SessionContinuation {
  fileprivate init(_ fields: SidecarFields.Continuation) throws(SidecarDefect) {
    self.init(recording: fields.recording, opened: try timestamp(fields.opened, "continues.opened"))
  }
}

extension ProcessFacts {
  fileprivate init(_ fields: SidecarFields.Process) throws(SidecarDefect) {
    self.init(
      uid: try required(fields.uid, "process.uid"), user: fields.user, pid: fields.pid, name: fields.name,
      executable: fields.executable, commandLine: fields.commandLine,
      isCommandLineCut: fields.isCommandLineCut ?? false, cgroup: fields.cgroup, unit: fields.unit)
  }
}

extension TLSFacts {
  fileprivate init(_ fields: SidecarFields.TLS) throws(SidecarDefect) {
    var certificates: [CertificateFacts] = []
    for certificate in fields.certificates { certificates.append(try CertificateFacts(certificate)) }
    self.init(
      version: try required(fields.version, "tls.version"), cipher: try required(fields.cipher, "tls.cipher"),
      alpn: fields.alpn, certificates: certificates, certificateErrors: fields.certificateErrors)
  }
}

extension CertificateFacts {
  fileprivate init(_ fields: SidecarFields.Certificate) throws(SidecarDefect) {
    guard let digest = bytes(ofHex: try required(fields.sha256, "sha256")) else {
      throw SidecarDefect("field \"sha256\" is no hexadecimal")
    }
    self.init(
      subject: try required(fields.subject, "subject"), issuer: try required(fields.issuer, "issuer"),
      names: fields.names, notBefore: try timestamp(fields.notBefore, "not_before"),
      notAfter: try timestamp(fields.notAfter, "not_after"), sha256: digest)
  }
}

extension BypassReason {
  fileprivate init(_ fields: SidecarFields) throws(SidecarDefect) {
    switch try required(fields.reason, "reason") {
    case "requested": self = .requested(try required(fields.detail, "detail"))
    case "client_certificate_required": self = .clientCertificateRequired
    case "unsupported": self = .unsupported(try required(fields.detail, "detail"))
    case let reason: self = .unsupported(reason)
    }
  }
}

extension SessionEnd {
  fileprivate init(_ fields: SidecarFields) throws(SidecarDefect) {
    switch try required(fields.end, "end") {
    case "fin": self = .fin
    case "reset": self = .reset(by: try value(fields.resetBy, "reset_by"))
    case "idle": self = .idle
    case "open": self = .open
    case let end: throw SidecarDefect("unknown \"end\" \"\(end)\"")
    }
  }
}

extension SessionFailure {
  fileprivate init(_ fields: SidecarFields.Cause) throws(SidecarDefect) {
    switch try required(fields.kind, "cause.kind") {
    case "upstream_unreachable": self = .upstreamUnreachable(try required(fields.detail, "detail"))
    case "tls_failed":
      self = .tlsFailed(try value(fields.party, "party"), try required(fields.detail, "detail"))
    case "certificate_rejected": self = .certificateRejected(try required(fields.detail, "detail"))
    case "idle_timeout": self = .idleTimeout
    case "relay_stopped": self = .relayStopped
    case let kind: throw SidecarDefect("unknown \"cause\" \"\(kind)\"")
    }
  }
}

extension StreamTotals {
  fileprivate init(_ fields: SidecarFields.Stream) throws(SidecarDefect) {
    guard let crc = UInt32(try required(fields.crc32c, "crc32c"), radix: 16) else {
      throw SidecarDefect("field \"crc32c\" is no hexadecimal number")
    }
    self.init(
      byteCount: try required(fields.bytes, "bytes"), crc32c: crc,
      packetCount: try required(fields.packets, "packets"))
  }
}

// MARK: Fields

private func required<Value>(_ value: Value?, _ name: String) throws(SidecarDefect) -> Value {
  guard let value else { throw SidecarDefect("no field \"\(name)\"") }
  return value
}

func timestamp(_ text: String?, _ name: String) throws(SidecarDefect) -> Timestamp {
  let text = try required(text, name)
  guard let time = Timestamp(rfc3339: text) else {
    throw SidecarDefect("field \"\(name)\" is no time: \"\(text)\"")
  }
  return time
}

private func value<Value: RawRepresentable<String>>(
  _ text: String?, _ name: String
) throws(SidecarDefect) -> Value {
  let text = try required(text, name)
  guard let value = Value(rawValue: text) else {
    throw SidecarDefect("field \"\(name)\" has unknown value \"\(text)\"")
  }
  return value
}

private func value(_ text: String?, _ name: String) throws(SidecarDefect) -> Endpoint {
  let text = try required(text, name)
  guard let endpoint = Endpoint(text) else {
    throw SidecarDefect("field \"\(name)\" is no address and port: \"\(text)\"")
  }
  return endpoint
}

private func direction(_ fields: SidecarFields) throws(SidecarDefect) -> Direction {
  switch try required(fields.direction, "direction") {
  case "client_to_server": return .clientToServer
  case "server_to_client": return .serverToClient
  case let text: throw SidecarDefect("field \"direction\" has unknown value \"\(text)\"")
  }
}

private func bytes(ofHex text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = value(ofHex: digits[index]), let low = value(ofHex: digits[index + 1]) else {
      return nil
    }
    bytes.append(high << 4 | low)
  }
  return bytes
}

private func value(ofHex digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
