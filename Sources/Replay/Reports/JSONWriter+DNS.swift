import Inspection
import JSONText

extension JSONWriter {
  mutating func dnsFields(_ dns: DNSExchange) {
    field("query") { json in
      guard let query = dns.query else { return json.null() }
      json.dnsMessage(query, flavor: dns.flavor, isResponse: false)
    }
    field("response") { json in
      guard let response = dns.response else { return json.null() }
      json.dnsMessage(response, flavor: dns.flavor, isResponse: true)
    }
    field("flavor", dns.flavor?.rawValue)
    field("follows", dns.follows)
  }

  private mutating func dnsMessage(_ message: DNSMessage, flavor: DNSFlavor?, isResponse: Bool) {
    object { json in
      json.field("id", message.id)
      json.field("opcode", message.opcode)
      if isResponse { json.field("rcode", message.rcode) }
      json.field("questions") { json in
        json.array { json in
          for question in message.questions { json.question(question, flavor) }
        }
      }
      if isResponse || !message.answers.isEmpty { json.records("answers", message.answers, flavor) }
      if isResponse || !message.authority.isEmpty { json.records("authority", message.authority, flavor) }
      if isResponse || !message.additional.isEmpty { json.records("additional", message.additional, flavor) }
      json.field("edns") { json in
        guard let edns = message.edns else { return json.null() }
        json.edns(edns)
      }
      if message.opcode == "DSO" { json.operations(message.operations) }
      if flavor == .llmnr {
        json.linkLocalFlags(message.flags)
      } else {
        json.flags(message.flags, isResponse: isResponse)
      }
    }
  }

  private mutating func flags(_ flags: DNSFlags, isResponse: Bool) {
    if isResponse { field("authoritative", flags.contains(.authoritative)) }
    field("truncated", flags.contains(.truncated))
    field("recursion_desired", flags.contains(.recursionDesired))
    if isResponse {
      field("recursion_available", flags.contains(.recursionAvailable))
      field("authentic_data", flags.contains(.authenticData))
    }
    field("checking_disabled", flags.contains(.checkingDisabled))
  }

  private mutating func linkLocalFlags(_ flags: DNSFlags) {
    field("conflict", flags.contains(.conflict))
    field("truncated", flags.contains(.truncated))
    field("tentative", flags.contains(.tentative))
  }

  private mutating func question(_ question: DNSQuestion, _ flavor: DNSFlavor?) {
    object { json in
      json.field("name", question.name)
      json.field("type", question.type)
      json.field("class", question.class)
      if flavor == .mdns { json.field("unicast_response", question.wantsUnicast) }
    }
  }

  private mutating func records(_ name: String, _ records: [DNSRecord], _ flavor: DNSFlavor?) {
    field(name) { json in
      json.array { json in
        for record in records {
          json.object { json in
            json.field("name", record.name)
            json.field("type", record.type)
            json.field("class", record.class)
            json.field("ttl", record.timeToLive)
            json.field("data", record.data)
            if flavor == .mdns { json.field("cache_flush", record.flushesCache) }
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
              json.field("name", option.name)
              json.field("text", option.text)
              json.field("data", Hexadecimal.text(option.data))
            }
          }
        }
      }
    }
  }

  private mutating func operations(_ operations: [DNSOperation]) {
    field("operations") { json in
      json.array { json in
        for operation in operations {
          json.object { json in
            json.field("type", operation.type)
            json.field("length", operation.byteCount)
          }
        }
      }
    }
  }
}
