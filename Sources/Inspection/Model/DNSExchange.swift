/// A DNS query and the response that matches it by id and question (RFC 1035 §7.3).
///
/// Every message is told in one exchange. What answers a query once more (the further messages of a zone transfer,
/// RFC 5936 §2.2, or a response that came twice) is a response without a query that `follows`. Multicast messages
/// (RFC 6762 §6, §18.1) are no pairs by design: each is an exchange of its own.
public struct DNSExchange: Hashable, Sendable {
  public var query: DNSMessage?
  public var response: DNSMessage?
  /// Which of DNS's siblings it is; nil for DNS itself.
  public var flavor: DNSFlavor?
  /// The index of the session's exchange whose query this response answers once more.
  public var follows: Int?

  public init(
    query: DNSMessage?, response: DNSMessage?, flavor: DNSFlavor? = nil, follows: Int? = nil
  ) {
    self.query = query
    self.response = response
    self.flavor = flavor
    self.follows = follows
  }
}

/// Protocols that share DNS's messages.
public enum DNSFlavor: String, Hashable, Sendable, CaseIterable {
  /// Multicast DNS (RFC 6762).
  case mdns
  /// Link-local multicast name resolution (RFC 4795).
  case llmnr
}

/// One DNS message (RFC 1035 §4), names and data in presentation form.
public struct DNSMessage: Hashable, Sendable {
  public var id: UInt16
  /// `QUERY`, `UPDATE`, `OPCODE9`.
  public var opcode: String
  /// `NOERROR`, `NXDOMAIN`, `RCODE3841`; the extended code where EDNS carries one (RFC 6891 §6.1.3).
  public var rcode: String
  public var flags: DNSFlags
  public var questions: [DNSQuestion]
  public var answers: [DNSRecord]
  public var authority: [DNSRecord]
  /// Without the OPT pseudo-record, which is `edns`.
  public var additional: [DNSRecord]
  public var edns: DNSExtension?
  /// What a stateful operation (opcode DSO, RFC 8490 §5.4) carries instead of records.
  public var operations: [DNSOperation]

  public init(
    id: UInt16, opcode: String, rcode: String, flags: DNSFlags, questions: [DNSQuestion] = [],
    answers: [DNSRecord] = [], authority: [DNSRecord] = [], additional: [DNSRecord] = [],
    edns: DNSExtension? = nil, operations: [DNSOperation] = []
  ) {
    self.id = id
    self.opcode = opcode
    self.rcode = rcode
    self.flags = flags
    self.questions = questions
    self.answers = answers
    self.authority = authority
    self.additional = additional
    self.edns = edns
    self.operations = operations
  }
}

/// One TLV of a stateful operation, by its type alone.
public struct DNSOperation: Hashable, Sendable {
  /// `KeepAlive`, `Subscribe`, `DSO65280`.
  public var type: String
  public var byteCount: Int

  public init(type: String, byteCount: Int) {
    self.type = type
    self.byteCount = byteCount
  }
}

/// The header's flag bits, as they stand in its second 16-bit word (RFC 1035 §4.1.1, RFC 4035 §3).
public struct DNSFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let response = DNSFlags(rawValue: 0x8000)
  public static let authoritative = DNSFlags(rawValue: 0x0400)
  public static let truncated = DNSFlags(rawValue: 0x0200)
  public static let recursionDesired = DNSFlags(rawValue: 0x0100)
  public static let recursionAvailable = DNSFlags(rawValue: 0x0080)
  public static let authenticData = DNSFlags(rawValue: 0x0020)
  public static let checkingDisabled = DNSFlags(rawValue: 0x0010)

  /// LLMNR's bits have other meanings (RFC 4795 §2.1.1): the name is not unique on the link.
  public static let conflict = DNSFlags(rawValue: 0x0400)
  /// LLMNR: the responder has not yet made sure that the name is unique.
  public static let tentative = DNSFlags(rawValue: 0x0100)
}

public struct DNSQuestion: Hashable, Sendable {
  /// Absolute, without the final dot but for the root itself (`.`); special bytes escaped (RFC 4343 §2.1).
  public var name: String
  /// `A`, `HTTPS`, `TYPE65280`.
  public var type: String
  /// `IN`, `CLASS77`.
  public var `class`: String
  /// Multicast DNS's QU bit (RFC 6762 §5.4): a unicast response will do.
  public var wantsUnicast: Bool

  public init(name: String, type: String, class: String, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.class = `class`
    self.wantsUnicast = wantsUnicast
  }
}

public struct DNSRecord: Hashable, Sendable {
  public var name: String
  public var type: String
  public var `class`: String
  /// Seconds.
  public var timeToLive: UInt32
  /// Presentation form; RFC 3597 §5 (`\# 4 0a000001`) for unknown or malformed data.
  public var data: String
  /// Multicast DNS's cache-flush bit (RFC 6762 §10.2): these records replace those known before.
  public var flushesCache: Bool

  public init(
    name: String, type: String, class: String, timeToLive: UInt32, data: String, flushesCache: Bool = false
  ) {
    self.name = name
    self.type = type
    self.class = `class`
    self.timeToLive = timeToLive
    self.data = data
    self.flushesCache = flushesCache
  }
}

/// The OPT pseudo-record (RFC 6891 §6.1).
public struct DNSExtension: Hashable, Sendable {
  public var version: UInt8
  /// The sender's largest UDP payload, in bytes.
  public var payloadSize: UInt16
  public var dnssecOK: Bool
  public var options: [DNSOption]

  public init(version: UInt8, payloadSize: UInt16, dnssecOK: Bool, options: [DNSOption] = []) {
    self.version = version
    self.payloadSize = payloadSize
    self.dnssecOK = dnssecOK
    self.options = options
  }
}

/// One EDNS option, its data as sent.
public struct DNSOption: Hashable, Sendable {
  public var code: UInt16
  public var data: [UInt8]

  public init(code: UInt16, data: [UInt8]) {
    self.code = code
    self.data = data
  }
}
