import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func hello(_ hello: TLSHelloFacts) {
    object { json in
      json.field("from", Party.client.rawValue)
      json.field("sni", hello.serverName)
      json.field("alpn") { json in
        json.array { json in
          for id in hello.alpn { json.string(bytes: id) }
        }
      }
      json.strings("versions", hello.versions)
      json.field("ja3", hello.ja3)
      json.field("ja4", hello.ja4)
    }
  }

  mutating func strings(_ name: String, _ values: [String]) {
    field(name) { json in
      json.array { json in
        for value in values { json.string(value) }
      }
    }
  }

  /// The field `process`: an object, or null.
  mutating func processField(_ process: ProcessFacts?) {
    field("process") { json in
      guard let process else { return json.null() }
      json.object { json in
        json.field("pid", process.pid)
        json.field("uid", process.uid)
        json.field("user", process.user)
        json.field("name", process.name)
        json.field("executable", process.executable)
        json.field("command_line") { json in
          guard let commandLine = process.commandLine else { return json.null() }
          json.array { json in
            for argument in commandLine { json.string(argument) }
          }
        }
        json.field("command_line_cut", process.isCommandLineCut)
        json.field("cgroup", process.cgroup)
        json.field("unit", process.unit)
      }
    }
  }

  /// The field `continues`: an object, or null.
  mutating func continuesField(_ continues: SessionContinuation?) {
    field("continues") { json in
      guard let continues else { return json.null() }
      json.object { json in
        json.field("recording", continues.recording)
        json.field("opened", "\(continues.opened)")
      }
    }
  }

  mutating func tlsFields(_ facts: TLSFacts) {
    field("version", facts.version)
    field("cipher", facts.cipher)
    field("alpn", facts.alpn)
    certificates("certificates", facts.certificates)
    strings("certificate_errors", facts.certificateErrors)
  }

  mutating func certificates(_ name: String, _ certificates: [CertificateFacts]) {
    field(name) { json in
      json.array { json in
        for certificate in certificates { json.certificate(certificate) }
      }
    }
  }

  private mutating func certificate(_ certificate: CertificateFacts) {
    object { json in
      json.field("subject", certificate.subject)
      json.field("issuer", certificate.issuer)
      json.strings("names", certificate.names)
      json.field("not_before", "\(certificate.notBefore)")
      json.field("not_after", "\(certificate.notAfter)")
      json.field("sha256", Hexadecimal.text(certificate.sha256))
    }
  }

  /// The fields `reason` and `detail`.
  mutating func bypassFields(_ reason: BypassReason) {
    switch reason {
    case .requested(let pattern):
      field("reason", "requested")
      field("detail", pattern)
    case .clientCertificateRequired:
      field("reason", "client_certificate_required")
      field("detail", String?.none)
    case .unsupported(let what):
      field("reason", "unsupported")
      field("detail", what)
    }
  }

  /// The fields `end`, `reset_by`, `cause`, `cause_detail` and `continued_in`.
  mutating func closingFields(_ closing: SessionClosing?) {
    var resetter: String?
    if case .reset(let party) = closing?.end { resetter = party.rawValue }
    field("end", (closing?.end ?? .open).name)
    field("reset_by", resetter)
    field("cause", closing?.cause?.name)
    field("cause_detail", closing?.cause?.detail)
    field("continued_in", closing?.continuedIn)
  }
}

extension SessionEnd {
  fileprivate var name: String {
    switch self {
    case .fin: "fin"
    case .reset: "reset"
    case .idle: "idle"
    case .open: "open"
    }
  }
}

extension SessionFailure {
  fileprivate var name: String {
    switch self {
    case .upstreamUnreachable: "upstream_unreachable"
    case .tlsFailed(.client, _): "client_tls_failed"
    case .tlsFailed(.server, _): "server_tls_failed"
    case .certificateRejected: "certificate_rejected"
    case .idleTimeout: "idle_timeout"
    case .relayStopped: "relay_stopped"
    }
  }

  fileprivate var detail: String? {
    switch self {
    case .upstreamUnreachable(let text), .tlsFailed(_, let text), .certificateRejected(let text): text
    case .idleTimeout, .relayStopped: nil
    }
  }
}
