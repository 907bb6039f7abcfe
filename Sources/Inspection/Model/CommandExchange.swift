public import SessionEvents

/// A command and its reply, in one of the protocols that consist of such pairs.
public struct CommandExchange: Hashable, Sendable {
  public enum Dialect: String, Hashable, Sendable, CaseIterable {
    /// And LMTP (RFC 2033), which differs in one word and in the replies to a mail.
    case smtp
    case imap
    case pop3
    case ftp
    case redis
    case postgresql
    /// A request to a SOCKS proxy of version 4 or 5; what passes the proxy is told by itself.
    case socks
    /// The header of the PROXY protocol, which says who the client of a proxy is.
    case proxy
  }

  public var dialect: Dialect
  /// Nil for what the server says unasked: a greeting, a notification.
  public var command: Command?
  /// What was said between the command and its final reply, in order, as much as the limits allow: preliminary
  /// replies, challenges and the client's answers to them.
  public var interim: [Interim]
  /// Nil where none came.
  public var reply: Reply?
  /// Where a command or its reply sends the bytes that travel beside (FTP's PORT, PASV, EPRT and EPSV).
  public var dataEndpoint: Endpoint?

  public init(
    dialect: Dialect, command: Command?, interim: [Interim] = [], reply: Reply?, dataEndpoint: Endpoint? = nil
  ) {
    self.dialect = dialect
    self.command = command
    self.interim = interim
    self.reply = reply
    self.dataEndpoint = dataEndpoint
  }

  public struct Command: Hashable, Sendable {
    /// What joins a command and its reply where the protocol has such a thing: IMAP's tag.
    public var tag: [UInt8]?
    /// As sent: `MAIL`, `UID FETCH`, `SET`, `Query`.
    public var verb: [UInt8]
    /// What follows the verb, at most as many bytes as the limits allow.
    public var arguments: [UInt8]
    /// Of the whole command on the wire, with its payload.
    public var byteCount: UInt64
    /// The mail of a DATA, the literals of an APPEND, what COPY sends: measured, not kept.
    public var payload: HTTPBody?

    public init(
      tag: [UInt8]? = nil, verb: [UInt8], arguments: [UInt8], byteCount: UInt64, payload: HTTPBody? = nil
    ) {
      self.tag = tag
      self.verb = verb
      self.arguments = arguments
      self.byteCount = byteCount
      self.payload = payload
    }
  }

  public struct Interim: Hashable, Sendable {
    public var sender: Party
    /// `150`, `334`, `+`; empty where the client answers a challenge.
    public var status: [UInt8]
    /// At most as many bytes as the limits allow.
    public var text: [UInt8]

    public init(sender: Party, status: [UInt8], text: [UInt8]) {
      self.sender = sender
      self.status = status
      self.text = text
    }
  }

  public struct Reply: Hashable, Sendable {
    /// `250`, `OK`, `+OK`, `-ERR`, the command tags of PostgreSQL, a type of RESP.
    public var status: [UInt8]
    public var isError: Bool
    /// A finer code where the reply has one: `5.1.1` (RFC 3463), `TRYCREATE` (RFC 9051 §7.1), SQLSTATE, `WRONGTYPE`.
    public var code: [UInt8]?
    /// The text of its first line, a value or the error's message, at most as many bytes as the limits allow.
    public var text: [UInt8]
    /// Lines, rows or elements, where the protocol counts any.
    public var itemCount: UInt64?
    /// Of the whole reply on the wire, with what preceded it as interim, its items and its payload.
    public var byteCount: UInt64
    /// The mail of a RETR or FETCH, the rows of a COPY: measured, not kept.
    public var payload: HTTPBody?

    public init(
      status: [UInt8], isError: Bool, code: [UInt8]? = nil, text: [UInt8], itemCount: UInt64? = nil,
      byteCount: UInt64, payload: HTTPBody? = nil
    ) {
      self.status = status
      self.isError = isError
      self.code = code
      self.text = text
      self.itemCount = itemCount
      self.byteCount = byteCount
      self.payload = payload
    }
  }
}
