import Inspection
import JSONText

extension JSONWriter {
  mutating func dnsFields(_ dns: DNSExchange) {
    field("query") { json in
      guard let query = dns.query else { return json.null() }
      json.message(query, isResponse: false)
    }
    field("response") { json in
      guard let response = dns.response else { return json.null() }
      json.message(response, isResponse: true)
    }
  }

  private mutating func message(_ message: DNSMessage, isResponse: Bool) {
    object { json in
      json.field("id", message.id)
      json.field("opcode", message.opcode)
      if isResponse { json.field("rcode", message.rcode) }
      json.field("questions") { json in
        json.array { json in
          for question in message.questions { json.question(question) }
        }
      }
      if isResponse || !message.answers.isEmpty { json.records("answers", message.answers) }
      if isResponse || !message.authority.isEmpty { json.records("authority", message.authority) }
      if isResponse || !message.additional.isEmpty { json.records("additional", message.additional) }
      json.field("edns") { json in
        guard let edns = message.edns else { return json.null() }
        json.edns(edns)
      }
      json.flags(message.flags, isResponse: isResponse)
    }
  }

  private mutating func flags(_ flags: DNSFlags, isResponse: Bool) {
    if isResponse {
      field("authoritative", flags.contains(.authoritative))
      field("truncated", flags.contains(.truncated))
    }
    field("recursion_desired", flags.contains(.recursionDesired))
    if isResponse {
      field("recursion_available", flags.contains(.recursionAvailable))
      field("authentic_data", flags.contains(.authenticData))
    }
    field("checking_disabled", flags.contains(.checkingDisabled))
  }

  private mutating func question(_ question: DNSQuestion) {
    object { json in
      json.field("name", question.name)
      json.field("type", question.type)
      json.field("class", question.class)
    }
  }

  private mutating func records(_ name: String, _ records: [DNSRecord]) {
    field(name) { json in
      json.array { json in
        for record in records {
          json.object { json in
            json.field("name", record.name)
            json.field("type", record.type)
            json.field("class", record.class)
            json.field("ttl", record.timeToLive)
            json.field("data", record.data)
          }
        }
      }
    }
  }

  private mutating func edns(_ edns: DNSExtension) {
    object { json in
      json.field("version", edns.version)
      json.field("payload_size", edns.payloadSize)
      json.field("dnssec_ok", edns.dnssecOK)
      json.field("options") { json in
        json.array { json in
          for option in edns.options {
            json.object { json in
              json.field("code", option.code)
              json.field("data", Hexadecimal.text(option.data))
            }
          }
        }
      }
    }
  }
}
