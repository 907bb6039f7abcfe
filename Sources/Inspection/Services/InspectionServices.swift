/// What parsers need from the system's libraries; they themselves import none.
///
/// `ContentCoding` implements it. Without a service the parsers still run, and leave out what it would have told.
public struct InspectionServices: Sendable {
  public var digests: (any DigestService)?
  public var decoders: (any ContentDecodingService)?
  /// Whether bodies are digested, which costs more than everything else together.
  public var digestsBodies = true

  public init(digests: (any DigestService)?, decoders: (any ContentDecodingService)?) {
    self.digests = digests
    self.decoders = decoders
  }

  /// No service at all: neither digests nor fingerprints nor decoded bodies.
  public static let none = InspectionServices(digests: nil, decoders: nil)

  /// The same services, for whoever does not read the bodies' digests.
  public var withoutBodyDigests: InspectionServices {
    var services = self
    services.digestsBodies = false
    return services
  }

  func makeBodyDigest() -> (any IncrementalDigest)? {
    digestsBodies ? digests?.makeSHA256() : nil
  }
}

/// Makes digests.
public protocol DigestService: Sendable {
  /// SHA-256 (FIPS 180-4).
  func makeSHA256() -> any IncrementalDigest
  /// MD5 (RFC 1321), which JA3 is defined by; nil where the system forbids it.
  func makeMD5() -> (any IncrementalDigest)?
  /// SHA-1 (FIPS 180-4), which the handshake of WebSocket is defined by; nil where the system forbids it.
  func makeSHA1() -> (any IncrementalDigest)?
}

/// A digest that takes its input piece by piece; used by one owner at a time.
public protocol IncrementalDigest: AnyObject {
  func update(_ bytes: Span<UInt8>)
  /// The digest of everything since the start or the last `finish()`; the next update begins anew.
  func finish() -> [UInt8]
}

/// Makes decoders of content codings (RFC 9110 §8.4.1).
public protocol ContentDecodingService: Sendable {
  /// A decoder for a coding by its registered name in lower case (`gzip`); nil where none is to be had.
  func makeDecoder(for coding: String) -> (any ContentDecoder)?
  /// An inflater of messages; nil where none is to be had.
  func makeMessageInflater() -> (any MessageInflater)?
}

/// Decodes one body piece by piece, holding no more than a fixed working set of its output.
///
/// All output that the input so far determines must be given at once.
public protocol ContentDecoder: AnyObject {
  /// Decodes the next bytes; `output` gets what came out, in pieces, and stops the decoding by returning false,
  /// after which the decoder is not called again.
  func decode(
    _ bytes: Span<UInt8>, output: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError)
  /// About how many bytes of memory it has taken so far; never less than before.
  var heldByteCount: Int { get }
  /// Checks that the coded data came to its own end.
  func finish() throws(ContentDecodingError)
}

/// Inflates messages one after the other, each in raw deflate (RFC 1951) and ended by a flush (RFC 7692 §7.2.2).
///
/// A message may refer to the 32 KiB before it, and may hold a final block, which ends nothing. `finish()` throws where
/// a message ends within a block; the next one may follow.
public protocol MessageInflater: ContentDecoder {
  /// Forgets what came: the next message refers to nothing before it.
  func reset()
}

/// Why a body could not be decoded.
public enum ContentDecodingError: Error, Hashable, Sendable {
  /// The data breaks the coding's format; what the library says.
  case malformed(String)
  /// The body ended before the coded data did.
  case truncated
  /// The coded data came to its end before the body did.
  case trailingData
}
