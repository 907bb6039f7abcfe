/// One event of an event stream (WHATWG HTML §9.2), told as soon as it is dispatched.
public struct ServerSentEvent: Hashable, Sendable {
  /// The index of the HTTP exchange whose response carries it.
  public var within: Int
  /// `message` where the stream does not say.
  public var type: [UInt8]
  public var id: [UInt8]?
  /// Of the joined `data` lines.
  public var dataByteCount: UInt64
  public var dataSHA256: [UInt8]?
  /// The data's first bytes.
  public var excerpt: [UInt8]

  public init(
    within: Int, type: [UInt8], id: [UInt8]?, dataByteCount: UInt64, dataSHA256: [UInt8]?, excerpt: [UInt8]
  ) {
    self.within = within
    self.type = type
    self.id = id
    self.dataByteCount = dataByteCount
    self.dataSHA256 = dataSHA256
    self.excerpt = excerpt
  }
}
