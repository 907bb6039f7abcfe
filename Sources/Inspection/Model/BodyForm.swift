/// What a form body holds, by name and size (WHATWG URL §5, RFC 7578).
public struct BodyForm: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case urlEncoded = "urlencoded"
    case multipart
  }

  public var kind: Kind
  /// The first parts, as many as the limits allow.
  public var parts: [Part]
  /// All of them.
  public var partCount: Int

  public init(kind: Kind, parts: [Part], partCount: Int) {
    self.kind = kind
    self.parts = parts
    self.partCount = partCount
  }

  public struct Part: Hashable, Sendable {
    public var name: [UInt8]
    public var fileName: [UInt8]?
    public var contentType: [UInt8]?
    /// Of its value, percent-decoded in a url-encoded form.
    public var byteCount: UInt64
    /// The value's first bytes.
    public var excerpt: [UInt8]

    public init(
      name: [UInt8], fileName: [UInt8]? = nil, contentType: [UInt8]? = nil, byteCount: UInt64,
      excerpt: [UInt8]
    ) {
      self.name = name
      self.fileName = fileName
      self.contentType = contentType
      self.byteCount = byteCount
      self.excerpt = excerpt
    }
  }
}
