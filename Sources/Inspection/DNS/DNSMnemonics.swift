/// The names of DNS numbers, as IANA registers them; unknown ones as RFC 3597 §5 spells them.
enum DNSMnemonics {
  static func type(_ value: UInt16) -> String {
    value < lowTypes.count ? lowTypes[Int(value)] : types[value] ?? "TYPE\(value)"
  }

  static func `class`(_ value: UInt16) -> String {
    switch value {
    case 1: "IN"
    case 2: "CS"
    case 3: "CH"
    case 4: "HS"
    case 254: "NONE"
    case 255: "ANY"
    default: "CLASS\(value)"
    }
  }

  static func opcode(_ value: UInt8) -> String {
    switch value {
    case 0: "QUERY"
    case 1: "IQUERY"
    case 2: "STATUS"
    case 4: "NOTIFY"
    case 5: "UPDATE"
    case 6: "DSO"
    default: "OPCODE\(value)"
    }
  }

  static func rcode(_ value: UInt16) -> String {
    value == 0 ? "NOERROR" : rcodes[value] ?? "RCODE\(value)"
  }

  /// A TLV of a stateful operation (RFC 8490 §10.3, RFC 8765 §6).
  static func operation(_ value: UInt16) -> String {
    switch value {
    case 1: "KeepAlive"
    case 2: "RetryDelay"
    case 3: "EncryptionPadding"
    case 0x40: "Subscribe"
    case 0x41: "Push"
    case 0x42: "Unsubscribe"
    case 0x43: "Reconfirm"
    default: "DSO\(value)"
    }
  }

  /// A response code where it stands in a record's data, as dig prints it.
  static func errorCode(_ value: UInt16) -> String {
    switch value {
    // TSIG's meaning of 16 is another than EDNS's (RFC 8945 §3).
    case 16: "BADSIG"
    default: rcodes[value] ?? String(value)
    }
  }

  /// A certificate's type (RFC 4398 §2.1).
  static func certificateType(_ value: UInt16) -> String {
    switch value {
    case 1: "PKIX"
    case 2: "SPKI"
    case 3: "PGP"
    case 4: "IPKIX"
    case 5: "ISPKI"
    case 6: "IPGP"
    case 7: "ACPKIX"
    case 8: "IACPKIX"
    case 253: "URI"
    case 254: "OID"
    default: String(value)
    }
  }

  /// A DNSSEC algorithm by name.
  static func algorithm(_ value: UInt8) -> String {
    switch value {
    case 1: "RSAMD5"
    case 2: "DH"
    case 3: "DSA"
    case 5: "RSASHA1"
    case 6: "NSEC3DSA"
    case 7: "NSEC3RSASHA1"
    case 8: "RSASHA256"
    case 10: "RSASHA512"
    case 12: "ECCGOST"
    case 13: "ECDSAP256SHA256"
    case 14: "ECDSAP384SHA384"
    case 15: "ED25519"
    case 16: "ED448"
    case 252: "INDIRECT"
    case 253: "PRIVATEDNS"
    case 254: "PRIVATEOID"
    default: String(value)
    }
  }

  /// A service parameter key (RFC 9460 §14.3).
  static func serviceParameter(_ key: UInt16) -> String {
    switch key {
    case 0: "mandatory"
    case 1: "alpn"
    case 2: "no-default-alpn"
    case 3: "port"
    case 4: "ipv4hint"
    case 5: "ech"
    case 6: "ipv6hint"
    case 7: "dohpath"
    case 8: "ohttp"
    case 9: "tls-supported-groups"
    default: "key\(key)"
    }
  }

  private static let rcodes: [UInt16: String] = [
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN",
    7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 11: "DSOTYPENI", 16: "BADVERS", 17: "BADKEY",
    18: "BADTIME", 19: "BADMODE", 20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE",
  ]

  /// The types that most records have, by number.
  private static let lowTypes: [String] = (0..<266).map { types[$0] ?? "TYPE\($0)" }

  private static let types: [UInt16: String] = [
    1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS",
    12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN",
    21: "RT", 22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC",
    30: "NXT", 31: "EID", 32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6",
    39: "DNAME", 40: "SINK", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG",
    47: "NSEC", 48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP",
    56: "NINFO", 57: "RKEY", 58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC",
    63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 66: "DSYNC", 99: "SPF", 100: "UINFO", 101: "UID", 102: "GID",
    103: "UNSPEC", 104: "NID", 105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 128: "NXNAME",
    249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI",
    257: "CAA", 258: "AVC", 259: "DOA", 260: "AMTRELAY", 261: "RESINFO", 262: "WALLET", 263: "CLA",
    264: "IPN",
    32_768: "TA", 32_769: "DLV",
  ]
}
