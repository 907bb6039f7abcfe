// Which fields the data of each record type has, in order.
extension DNSDataReader {
  /// One field of a record's data.
  enum Field: Hashable {
    case uint8
    case uint16
    case uint32
    /// A record type.
    case type
    /// Seconds since 1970, as `YYYYMMDDHHMMSS` (RFC 4034 §3.2).
    case time
    case name
    case ipv4
    case ipv6
    /// One character string.
    case string
    /// One character string or more, to the end.
    case strings
    case tag
    case quotedRest
    case hexRest
    case base64Rest
    /// A counted salt in hexadecimal, `-` where empty (RFC 5155 §3.3).
    case salt
    /// A counted hash in base32hex.
    case hash
    case typeBitmap
    case serviceParameters
  }

  /// The data of one record type.
  struct Format {
    var fields: [Field]
    /// Types whose data depends on the class are read in class IN alone.
    var isForEveryClass = true
  }

  static let formats: [UInt16: Format] = {
    var formats: [UInt16: Format] = [:]
    func add(_ types: [UInt16], _ fields: [Field], isForEveryClass: Bool = true) {
      for type in types { formats[type] = Format(fields: fields, isForEveryClass: isForEveryClass) }
    }
    add([1], [.ipv4], isForEveryClass: false)
    add([28], [.ipv6], isForEveryClass: false)
    // NS, MD, MF, CNAME, MB, MG, MR, PTR, DNAME
    add([2, 3, 4, 5, 7, 8, 9, 12, 39], [.name])
    // SOA
    add([6], [.name, .name, .uint32, .uint32, .uint32, .uint32, .uint32])
    // HINFO, ISDN and X25 are character strings, as TXT, SPF, NINFO and RESINFO are
    add([13, 16, 19, 20, 56, 99, 261], [.strings])
    // MINFO, RP
    add([14, 17], [.name, .name])
    // MX, AFSDB, RT, KX, LP
    add([15, 18, 21, 36, 107], [.uint16, .name])
    // SRV
    add([33], [.uint16, .uint16, .uint16, .name], isForEveryClass: false)
    // NAPTR
    add([35], [.uint16, .uint16, .string, .string, .string, .name], isForEveryClass: false)
    // CERT
    add([37], [.uint16, .uint16, .uint8, .base64Rest])
    // DS, CDS, TA, DLV
    add([43, 59, 32_768, 32_769], [.uint16, .uint8, .uint8, .hexRest])
    // SSHFP
    add([44], [.uint8, .uint8, .hexRest])
    // SIG, RRSIG
    add([24, 46], [.type, .uint8, .uint8, .uint32, .time, .time, .uint16, .name, .base64Rest])
    // NSEC
    add([47], [.name, .typeBitmap])
    // KEY, DNSKEY, RKEY, CDNSKEY
    add([25, 48, 57, 60], [.uint16, .uint8, .uint8, .base64Rest])
    // DHCID, OPENPGPKEY
    add([49, 61], [.base64Rest])
    // NSEC3, NSEC3PARAM
    add([50], [.uint8, .uint8, .uint16, .salt, .hash, .typeBitmap])
    add([51], [.uint8, .uint8, .uint16, .salt])
    // TLSA, SMIMEA
    add([52, 53], [.uint8, .uint8, .uint8, .hexRest])
    // CSYNC, ZONEMD
    add([62], [.uint32, .uint16, .typeBitmap])
    add([63], [.uint32, .uint8, .uint8, .hexRest])
    // SVCB, HTTPS
    add([64, 65], [.uint16, .name, .serviceParameters], isForEveryClass: false)
    // URI, CAA
    add([256], [.uint16, .uint16, .quotedRest])
    add([257], [.uint8, .tag, .quotedRest])
    return formats
  }()
}
