/// A DNS query and the response that matches it by id and question (RFC 1035 §7.3).
public struct DNSExchange: Hashable, Sendable {
  public var query: DNSMessage?
  public var response: DNSMessage?

  public init(query: DNSMessage?, response: DNSMessage?) {
    self.query = query
    self.response = response
  }
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

  public init(
    id: UInt16, opcode: String, rcode: String, flags: DNSFlags, questions: [DNSQuestion] = [],
    answers: [DNSRecord] = [], authority: [DNSRecord] = [], additional: [DNSRecord] = [],
    edns: DNSExtension? = nil
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
}

public struct DNSQuestion: Hashable, Sendable {
  /// Absolute, without the final dot but for the root itself (`.`); special bytes escaped (RFC 4343 §2.1).
  public var name: String
  /// `A`, `HTTPS`, `TYPE65280`.
  public var type: String
  /// `IN`, `CLASS77`.
  public var `class`: String

  public init(name: String, type: String, class: String) {
    self.name = name
    self.type = type
    self.class = `class`
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

  public init(name: String, type: String, class: String, timeToLive: UInt32, data: String) {
    self.name = name
    self.type = type
    self.class = `class`
    self.timeToLive = timeToLive
    self.data = data
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
