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
    case base64RestOrDash
    /// A counted salt in hexadecimal, `-` where empty (RFC 5155 §3.3).
    case salt
    /// A counted hash in base32hex.
    case hash
    case typeBitmap
    case serviceParameters
    /// `00-00-5e-00-53-2a`, of so many bytes.
    case hardwareAddress(Int)
    /// 64 bits as four groups of hexadecimal digits.
    case locator64
    case uint64
    /// A certificate's type, and an algorithm's name (RFC 4398 §2.1, §2.2).
    case certificateType
    case algorithm
    /// A counted byte string in base64; `-` where empty.
    case counted16Base64
    /// Seconds since 1970 in 48 bits.
    case uint48
    /// A response code in 16 bits.
    case rcode
    /// `0x` and hexadecimal digits.
    case prefixedHexRest
    /// Numbers of types without windows (RFC 2535 §5.2).
    case oldTypeBitmap
    case notifyScheme
    /// Data whose fields depend on one another.
    case special(Special)
  }

  enum Special: Hashable {
    case location
    case addressPrefixes
    case ipsecKey
    case relay
    case hostIdentity
    case services
    case ipv6Chain
  }

  /// The data of one record type.
  struct Format {
    var fields: [Field]
    /// Types whose data depends on the class are read in class IN alone.
    var isForEveryClass = true
  }

  /// The formats of the types that most records have, by number.
  static let lowFormats: [Format?] = (0..<266).map { formats[$0] }

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
    // HINFO, X25, ISDN and GPOS are character strings, as TXT, NINFO, SPF, AVC, RESINFO, WALLET and CLA are
    add([13, 16, 19, 20, 27, 56, 99, 258, 261, 262, 263], [.strings])
    // MINFO, RP, TALINK
    add([14, 17, 58], [.name, .name])
    // NSAP, NSAP-PTR
    add([22], [.prefixedHexRest], isForEveryClass: false)
    add([23], [.name], isForEveryClass: false)
    // PX
    add([26], [.uint16, .name, .name], isForEveryClass: false)
    // MX, AFSDB, RT, KX, LP
    add([15, 18, 21, 36, 107], [.uint16, .name])
    // SRV
    add([33], [.uint16, .uint16, .uint16, .name], isForEveryClass: false)
    // NAPTR
    add([35], [.uint16, .uint16, .string, .string, .string, .name], isForEveryClass: false)
    // CERT
    add([37], [.certificateType, .uint16, .algorithm, .base64Rest])
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
    addLaterTypes { add($0, $1, isForEveryClass: $2) }
    return formats
  }()

  /// What RFC 1035 and DNSSEC did not bring.
  private static func addLaterTypes(_ add: ([UInt16], [Field], Bool) -> Void) {
    // WKS, LOC, NXT, A6
    add([11], [.special(.services)], false)
    add([29], [.special(.location)], true)
    add([30], [.name, .oldTypeBitmap], true)
    add([38], [.special(.ipv6Chain)], false)
    // SINK
    add([40], [.uint8, .uint8, .uint8, .base64Rest], true)
    // APL, IPSECKEY, HIP, AMTRELAY
    add([42], [.special(.addressPrefixes)], false)
    add([45], [.special(.ipsecKey)], true)
    add([55], [.special(.hostIdentity)], true)
    add([260], [.special(.relay)], true)
    // DSYNC
    add([66], [.type, .notifyScheme, .uint16, .name], true)
    // NID, L32, L64
    add([104, 106], [.uint16, .locator64], true)
    add([105], [.uint16, .ipv4], true)
    // EUI48, EUI64
    add([108], [.hardwareAddress(6)], true)
    add([109], [.hardwareAddress(8)], true)
    // TKEY, TSIG
    add(
      [249],
      [.name, .uint32, .uint32, .uint16, .rcode, .counted16Base64, .counted16Base64], true)
    add([250], [.name, .uint48, .uint16, .counted16Base64, .uint16, .rcode, .counted16Base64], true)
    // DOA, IPN
    add([259], [.uint32, .uint32, .uint8, .string, .base64RestOrDash], true)
    add([264], [.uint64], true)
  }
}
