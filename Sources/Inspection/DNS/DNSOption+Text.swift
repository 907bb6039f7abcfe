import SessionEvents

// What EDNS options say. (Only their data comes from the wire; names and texts are made of it.)
extension DNSOption {
  /// IANA's name, shortened as dig does: `COOKIE`, `ECS`, `EDE`; unknown ones as `OPTION65001`.
  public var name: String { DNSOption.names[code] ?? "OPTION\(code)" }

  /// What the data says; nil where nothing more can be said than its bytes, or where it breaks its format.
  public var text: String? {
    var reader = ByteReader(data)
    switch code {
    case 3: return DNSDataReader.quoted(data[...])
    case 5, 6, 7: return data.map { DNSMnemonics.algorithm($0) }.joined(separator: " ")
    case 8: return clientSubnet(&reader)
    case 9: return data.isEmpty ? "" : reader.uint32().map { "\($0) s" }
    case 10: return cookie
    case 11: return data.isEmpty ? "" : reader.uint16().map { "\($0 / 10).\($0 % 10) s" }
    case 12: return "\(data.count) bytes"
    case 14: return keyTags(&reader)
    case 15: return extendedError(&reader)
    case 16, 17: return data.count == 2 ? reader.uint16().map { String($0) } : nil
    case 13, 18: return domainName
    default: return nil
    }
  }

  /// `192.0.2.0/24/0`: address, source and scope prefix (RFC 7871 §6).
  private func clientSubnet(_ reader: inout ByteReader) -> String? {
    guard let family = reader.uint16(), let source = reader.uint8(), let scope = reader.uint8() else {
      return nil
    }
    let byteCount = family == 1 ? 4 : 16
    let rest = reader.readRest()
    guard family == 1 || family == 2, source <= byteCount * 8, rest.count <= byteCount else { return nil }
    let whole = Array(rest) + [UInt8](repeating: 0, count: byteCount - rest.count)
    return IPAddress(networkBytes: whole).map { "\($0)/\(source)/\(scope)" }
  }

  /// The client's 8 bytes, and what the server added (RFC 7873 §4).
  private var cookie: String? {
    guard data.count == 8 || (16...40).contains(data.count) else { return nil }
    let client = DNSDataReader.hexadecimal(data[..<8], upperCase: false)
    let server = DNSDataReader.hexadecimal(data[8...], upperCase: false)
    return server.isEmpty ? client : "\(client) \(server)"
  }

  private func keyTags(_ reader: inout ByteReader) -> String? {
    var tags: [String] = []
    while let tag = reader.uint16() { tags.append(String(tag)) }
    return reader.isAtEnd && !tags.isEmpty ? tags.joined(separator: " ") : nil
  }

  /// `18 Prohibited: why` (RFC 8914 §2).
  private func extendedError(_ reader: inout ByteReader) -> String? {
    guard let code = reader.uint16() else { return nil }
    let name = DNSOption.errors.indices.contains(Int(code)) ? " \(DNSOption.errors[Int(code)])" : ""
    let text = reader.readRest()
    return "\(code)\(name)" + (text.isEmpty ? "" : ": \(String(decoding: text, as: UTF8.self))")
  }

  private var domainName: String? {
    var names = DNSNameReader(data, 0..<data.count)
    var position = 0
    var isDamaged = false
    let name = names.name(at: &position, end: data.count) { _, _, _ in isDamaged = true }
    return isDamaged || position != data.count ? nil : name
  }

  private static let names: [UInt16: String] = [
    1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE",
    11: "KEEPALIVE", 12: "PADDING", 13: "CHAIN", 14: "KEY-TAG", 15: "EDE", 16: "CLIENT-TAG", 17: "SERVER-TAG",
    18: "REPORT-CHANNEL", 19: "ZONEVERSION", 20: "MQTYPE-QUERY", 21: "MQTYPE-RESPONSE",
  ]

  /// IANA's registry of extended DNS errors.
  private static let errors = [
    "Other", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer", "Forged Answer",
    "DNSSEC Indeterminate", "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid", "DNSKEY Missing",
    "RRSIGs Missing", "No Zone Key Bit Set", "NSEC Missing", "Cached Error", "Not Ready", "Blocked",
    "Censored",
    "Filtered", "Prohibited", "Stale NXDomain Answer", "Not Authoritative", "Not Supported",
    "No Reachable Authority", "Network Error", "Invalid Data", "Signature Expired before Valid", "Too Early",
    "Unsupported NSEC3 Iterations Value", "Unable to conform to policy", "Synthesized",
  ]
}
