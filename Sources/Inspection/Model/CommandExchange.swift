/// A command and its reply, in one of the protocols that consist of such pairs.
public struct CommandExchange: Hashable, Sendable {
  public enum Dialect: String, Hashable, Sendable, CaseIterable {
    case smtp
    case imap
    case pop3
    case ftp
    case redis
    case postgresql
  }

  public var dialect: Dialect
  /// Nil for what the server says unasked: a greeting, a notification.
  public var command: Command?
  /// Nil where none came.
  public var reply: Reply?

  public init(dialect: Dialect, command: Command?, reply: Reply?) {
    self.dialect = dialect
    self.command = command
    self.reply = reply
  }

  public struct Command: Hashable, Sendable {
    /// As sent: `MAIL`, `A1 FETCH` without its tag, `SET`, `Query`.
    public var verb: [UInt8]
    /// What follows the verb, at most as many bytes as the limits allow.
    public var arguments: [UInt8]
    /// Of the whole command on the wire.
    public var byteCount: UInt64
    /// The mail of a DATA, the literals of an APPEND: measured, not kept.
    public var payload: HTTPBody?

    public init(verb: [UInt8], arguments: [UInt8], byteCount: UInt64, payload: HTTPBody? = nil) {
      self.verb = verb
      self.arguments = arguments
      self.byteCount = byteCount
      self.payload = payload
    }
  }

  public struct Reply: Hashable, Sendable {
    /// `250`, `OK`, `+OK`, `-ERR`, a command tag of PostgreSQL, a type of RESP.
    public var status: [UInt8]
    public var isError: Bool
    /// The text of its first line or the error's message, at most as many bytes as the limits allow.
    public var text: [UInt8]
    /// Lines, rows or elements, where the protocol counts any.
    public var itemCount: UInt64?
    /// Of the whole reply on the wire.
    public var byteCount: UInt64
    /// The mail of a RETR or FETCH: measured, not kept.
    public var payload: HTTPBody?

    public init(
      status: [UInt8], isError: Bool, text: [UInt8], itemCount: UInt64? = nil, byteCount: UInt64,
      payload: HTTPBody? = nil
    ) {
      self.status = status
      self.isError = isError
      self.text = text
      self.itemCount = itemCount
      self.byteCount = byteCount
      self.payload = payload
    }
  }
}
