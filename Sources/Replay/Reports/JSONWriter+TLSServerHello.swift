import Inspection
import JSONText
import SessionEvents

extension JSONWriter {
  mutating func serverHelloFields(_ hello: TLSServerHelloFacts) {
    field("hello") { json in
      guard hello.isKnown else { return json.null() }
      json.serverHello(hello)
    }
    field("alerts") { json in
      json.array { json in
        for alert in hello.alerts { json.alert(alert) }
      }
    }
    field("records") { json in
      guard let records = hello.records else { return json.null() }
      json.object { json in
        json.field("client") { $0.recordCounts(records.client) }
        json.field("server") { $0.recordCounts(records.server) }
      }
    }
  }

  private mutating func serverHello(_ hello: TLSServerHelloFacts) {
    object { json in
      json.field("from", Party.server.rawValue)
      json.field("version", hello.version)
      json.field("cipher", hello.cipher)
      json.field("alpn") { json in
        guard let alpn = hello.alpn else { return json.null() }
        json.string(bytes: alpn)
      }
      json.field("retry", hello.isRetryRequest)
      json.field("resumed") { json in
        guard let isResumed = hello.isResumed else { return json.null() }
        json.bool(isResumed)
      }
      json.field("ja3s", hello.ja3s)
      json.certificates("certificates", hello.certificates)
      json.field("client_certificate_wanted", hello.wantsClientCertificate)
      json.certificates("client_certificates", hello.clientCertificates)
    }
  }

  private mutating func alert(_ alert: TLSAlert) {
    object { json in
      json.field("from", alert.sender.rawValue)
      json.field("level", alert.level)
      json.field("description", alert.description)
    }
  }

  private mutating func recordCounts(_ side: TLSRecordCounts.Side) {
    object { json in
      json.field("application_records", side.applicationRecordCount)
      json.field("application_bytes", side.applicationByteCount)
      json.field("other_records", side.otherRecordCount)
    }
  }
}

extension TLSServerHelloFacts {
  /// Whether anything of the server's side of a handshake was seen.
  fileprivate var isKnown: Bool {
    version != nil || !certificates.isEmpty || wantsClientCertificate || !clientCertificates.isEmpty
  }
}
