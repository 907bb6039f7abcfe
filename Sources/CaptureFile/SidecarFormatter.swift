import JSONText
import SessionEvents

/// Turns sidecar lines into JSON.
struct SidecarFormatter {
  private var json = JSONWriter()

  mutating func line(_ header: SidecarHeader) -> [UInt8] {
    json.reset()
    json.object { json in
      json.field("v", SidecarHeader.version)
      json.field("format", SidecarHeader.format)
      json.field("created", header.created.description)
      json.field("tool", header.tool)
      json.field("link_type", header.linkType)
      if let command = header.command { json.field("command", strings: command) }
    }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  mutating func append(_ line: SidecarLine, to bytes: inout [UInt8]) {
    json.reset()
    json.object { json in
      json.field("after", line.after)
      if let session = line.session { json.field("session", session.rawValue) }
      json.field("time", line.time.description)
      if let packet = line.packet { json.field("packet", packet) }
      line.content.write(to: &json)
    }
    json.append(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }
}

extension SidecarLine.Content {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .opened(let opening, let shown):
      json.field("event", "opened")
      opening.write(to: &json)
      if let shown { json.field("as") { $0.object { shown.write(to: &$0) } } }
    case .clientHello(let hello):
      json.field("event", "client_hello")
      json.field("hello", Base64.text(of: hello))
    case .secured(let party, let facts):
      json.field("event", "secured")
      json.field("party", party.rawValue)
      json.field("tls") { $0.object { facts.write(to: &$0) } }
    case .bypassed(let reason):
      json.field("event", "bypassed")
      reason.write(to: &json)
    case .gap(let direction, let byteCount):
      json.field("event", "gap")
      json.field("direction", direction.text)
      json.field("bytes", byteCount)
    case .halfClosed(let direction):
      json.field("event", "half_closed")
      json.field("direction", direction.text)
    case .closed(let closing, let totals):
      json.field("event", "closed")
      closing.write(to: &json)
      json.field("client_stream") { $0.object { totals.client.write(to: &$0) } }
      json.field("server_stream") { $0.object { totals.server.write(to: &$0) } }
    case .lost(let loss):
      json.field("event", "lost")
      json.field("reason", loss.reason)
      json.field("packets", loss.packetCount)
      json.field("events", loss.eventCount)
      json.field("bytes", loss.byteCount)
    case .unknown(let name):
      json.field("event", name)
    }
  }
}

extension SessionOpening {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("transport", transport.rawValue)
    json.field("client", client.description)
    json.field("server", originalDestination.description)
    json.field("interception", interception.rawValue)
    json.field("process") { json in
      guard let process else { return json.null() }
      json.object { process.write(to: &$0) }
    }
    if let continues { json.field("continues") { $0.object { continues.write(to: &$0) } } }
  }
}

extension ProcessFacts {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("pid", pid)
    json.field("uid", uid)
    json.field("user", user)
    json.field("name", name)
    json.field("executable", executable)
    json.field("command_line") { json in
      guard let commandLine else { return json.null() }
      json.array { json in
        for argument in commandLine { json.string(argument) }
      }
    }
    json.field("command_line_cut", isCommandLineCut)
    json.field("cgroup", cgroup)
    json.field("unit", unit)
  }
}

extension SessionContinuation {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("recording", recording)
    json.field("opened", opened.description)
  }
}

extension ShownEndpoints {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("client", client.description)
    json.field("server", server.description)
  }
}

extension TLSFacts {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("version", version)
    json.field("cipher", cipher)
    json.field("alpn", alpn)
    json.field("certificates") { json in
      json.array { json in
        for certificate in certificates { json.object { certificate.write(to: &$0) } }
      }
    }
    json.field("certificate_errors", strings: certificateErrors)
  }
}

extension CertificateFacts {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("subject", subject)
    json.field("issuer", issuer)
    json.field("names", strings: names)
    json.field("not_before", notBefore.description)
    json.field("not_after", notAfter.description)
    json.field("sha256", hex(sha256))
  }
}

extension BypassReason {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .requested(let pattern):
      json.field("reason", "requested")
      json.field("detail", pattern)
    case .clientCertificateRequired:
      json.field("reason", "client_certificate_required")
    case .unsupported(let what):
      json.field("reason", "unsupported")
      json.field("detail", what)
    }
  }
}

extension SessionClosing {
  fileprivate func write(to json: inout JSONWriter) {
    switch end {
    case .fin: json.field("end", "fin")
    case .reset(let party):
      json.field("end", "reset")
      json.field("reset_by", party.rawValue)
    case .idle: json.field("end", "idle")
    case .open: json.field("end", "open")
    }
    json.field("cause") { json in
      guard let cause else { return json.null() }
      json.object { cause.write(to: &$0) }
    }
    if let continuedIn { json.field("continued_in", continuedIn) }
  }
}

extension SessionFailure {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .upstreamUnreachable(let text):
      json.field("kind", "upstream_unreachable")
      json.field("detail", text)
    case .tlsFailed(let party, let text):
      json.field("kind", "tls_failed")
      json.field("party", party.rawValue)
      json.field("detail", text)
    case .certificateRejected(let text):
      json.field("kind", "certificate_rejected")
      json.field("detail", text)
    case .idleTimeout:
      json.field("kind", "idle_timeout")
    case .relayStopped:
      json.field("kind", "relay_stopped")
    }
  }
}

extension StreamTotals {
  fileprivate func write(to json: inout JSONWriter) {
    json.field("bytes", byteCount)
    json.field("crc32c", hex((0..<4).map { UInt8(truncatingIfNeeded: crc32c >> (24 - 8 * $0)) }))
    json.field("packets", packetCount)
  }
}

extension Direction {
  fileprivate var text: String {
    switch self {
    case .clientToServer: "client_to_server"
    case .serverToClient: "server_to_client"
    }
  }
}

extension JSONWriter {
  fileprivate mutating func field(_ name: String, strings: [String]) {
    field(name) { json in
      json.array { json in
        for string in strings { json.string(string) }
      }
    }
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0f)]] }, as: UTF8.self)
}
