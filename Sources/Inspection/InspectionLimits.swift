/// How much the Inspector keeps and does for input that may be hostile.
///
/// Reaching a limit ends in a finding, never in a trap. Memory per session is bounded by the sum of these.
public struct InspectionLimits: Hashable, Sendable {
  /// Bytes, of both directions together, kept while the protocol of a session is undecided.
  public var undecidedByteCount = 16_384
  /// Conversations that begin within others in one session: tunnels, upgrades.
  public var nestedCount = 8
  /// Findings that an exchange keeps; the last says how many more there were.
  public var findingCount = 32
  /// Addresses whose names from DNS answers are remembered.
  public var hostNameCount = 65_536
  /// The largest ClientHello or ServerHello, in bytes.
  public var helloByteCount = 65_536
  public var http1 = HTTP1Limits()
  public var http2 = HTTP2Limits()
  public var webSocket = WebSocketLimits()
  public var grpc = GRPCLimits()
  public var dns = DNSLimits()
  public var tls = TLSLimits()
  public var content = ContentLimits()
  public var bodies = BodyLimits()
  public var commands = CommandLimits()
  public var opaque = OpaqueLimits()

  public init() {}
}

/// Limits of HTTP/1 messages.
public struct HTTP1Limits: Hashable, Sendable {
  /// The longest start, field or chunk-size line, in bytes, line end included.
  public var lineByteCount = 65_536
  /// Fields of one header or trailer section.
  public var fieldCount = 512
  /// Bytes of one header or trailer section.
  public var sectionByteCount = 262_144
  /// Requests that wait for their responses in one session.
  public var pendingExchangeCount = 1_024
  /// Interim responses of one exchange.
  public var interimCount = 32
  /// Bytes searched for the next start line before a direction is given up.
  public var resynchronisationByteCount: UInt64 = 16_777_216

  public init() {}
}

/// Limits of HTTP/2 connections.
public struct HTTP2Limits: Hashable, Sendable {
  /// HTTP/2 streams that are open in one session.
  public var openStreamCount = 512
  /// Header bytes, as RFC 9113 §6.5.2 counts them, that the open streams of one session keep.
  public var openHeaderByteCount = 16_777_216
  /// Bytes of one header block, coded.
  public var headerBlockByteCount = 262_144
  /// CONTINUATION frames of one header block (CVE-2024-27316); more are a flood.
  public var continuationCount = 1_024
  /// Bytes of one header or trailer section, decoded, as RFC 9113 §6.5.2 counts them.
  public var headerListByteCount = 262_144
  /// Bytes of a dynamic table, whatever the receiver allows.
  public var tableByteCount = 65_536
  /// Bytes that are read of one SETTINGS frame.
  public var settingsByteCount = 6_144
  /// SETTINGS frames of one side that wait for their acknowledgement.
  public var settingsCount = 64
  /// Interim responses of one exchange.
  public var interimCount = 32
  /// Bytes searched for the next frames before a direction is given up.
  public var resynchronisationByteCount: UInt64 = 16_777_216
  /// HTTP/2 streams that a client may reset within a second (CVE-2023-44487); more are a flood.
  public var resetsPerSecond = 200
  /// SETTINGS that a side may send within a second (CVE-2019-9515); more are a flood.
  public var settingsPerSecond = 100
  /// PINGs that a side may send within a second (CVE-2019-9512); more are a flood.
  public var pingsPerSecond = 1_000
  /// Decoded bytes per coded one in a header block that is beyond `headerListByteCount`; more are a bomb.
  public var headerRatio = 16

  public init() {}
}

/// Limits of WebSocket.
public struct WebSocketLimits: Hashable, Sendable {
  /// A message's first bytes that are kept.
  public var excerptByteCount = 256

  public init() {}
}

/// Limits of gRPC, in each direction of a call.
public struct GRPCLimits: Hashable, Sendable {
  /// Messages that are told; all are counted.
  public var messageCount = 32
  /// Bytes of a message whose fields are read, compressed or not.
  public var messageByteCount = 16_384
  /// Fields that are told, of all messages and levels together.
  public var fieldCount = 256
  /// Messages within messages that are looked for.
  public var depth = 8
  /// The first bytes that are told of a text or of bytes.
  public var excerptByteCount = 64
  /// The largest message that is not remarkable; libraries take 4 MiB if nobody tells them to take more.
  public var largestMessage = 67_108_864

  public init() {}
}

/// Limits of DNS.
public struct DNSLimits: Hashable, Sendable {
  /// Queries that wait for their responses in one session.
  public var pendingQueryCount = 1_024
  /// Bytes of text of those queries together; the one that came last may have more.
  public var pendingTextByteCount = 4_194_304
  /// Answered queries of one session that are remembered, for what answers them once more.
  public var answeredQueryCount = 64
  /// Records that are kept of one message.
  public var recordCount = 4_096
  /// Bytes of presentation form that are made of one message.
  public var textByteCount = 524_288

  public init() {}
}

/// Limits of what is read within bodies.
public struct BodyLimits: Hashable, Sendable {
  /// Parts of a form that are told; all are counted.
  public var partCount = 256
  /// Bytes of a part's name, file name or media type, and of an event's type or id; what is longer is cut.
  public var nameByteCount = 1_024
  /// Bytes of the header of one part of a multipart body.
  public var partHeaderByteCount = 16_384
  /// Bytes of the boundary of a multipart body, which RFC 2046 §5.1.1 allows 70 of.
  public var boundaryByteCount = 256
  /// The first bytes that are told of a part's value, and of an event's data.
  public var excerptByteCount = 64

  public init() {}
}

/// Limits of TLS sessions that are seen encrypted.
public struct TLSLimits: Hashable, Sendable {
  /// Bytes that are kept of one handshake message that carries certificates.
  public var certificateMessageByteCount = 262_144
  /// Certificates of one chain.
  public var certificateCount = 32
  /// Names of one certificate.
  public var certificateNameCount = 1_000
  /// Characters of one name of a certificate.
  public var certificateNameLength = 1_024
  /// Alerts that are kept of one session.
  public var alertCount = 16
  /// Bytes searched for the next record before a direction is given up.
  public var resynchronisationByteCount: UInt64 = 16_777_216

  public init() {}
}

/// Limits of content decoding.
public struct ContentLimits: Hashable, Sendable {
  /// Codings applied one upon the other.
  public var codingCount = 4
  /// Decoded bytes that any body may have, whatever its size.
  public var freeByteCount: UInt64 = 67_108_864
  /// Decoded bytes per coded byte beyond `freeByteCount`.
  public var ratio: UInt64 = 256
  /// Decoded bytes of one body.
  public var decodedByteCount: UInt64 = 17_179_869_184
  /// Memory, in bytes, that all decoders of all sessions hold together: their windows are up to 16 MiB.
  public var openDecoderByteCount = 536_870_912

  public init() {}
}

/// Limits of protocols that consist of commands and replies.
public struct CommandLimits: Hashable, Sendable {
  /// Bytes of a line, an argument or a reply's text that are told; the rest is counted.
  public var textByteCount = 1_024
  /// Commands that wait for their replies in one session.
  public var pendingCommandCount = 1_024
  /// Preliminary replies, challenges and answers to them that are kept of one exchange.
  public var interimCount = 16
  /// Bytes of the client that wait until the server's reply says what they are.
  public var heldByteCount = 16_384
  /// Bytes searched for the next command, reply or message before a direction is given up.
  public var resynchronisationByteCount: UInt64 = 16_777_216
  /// Prepared statements whose SQL is remembered (PostgreSQL), each up to a quarter of `textByteCount`.
  public var statementCount = 256
  /// How deep arrays may be nested (RESP).
  public var nestingDepth = 32
  /// The largest message that is believed (PostgreSQL, whose server allows 1 GiB).
  public var messageByteCount = 1_073_741_824

  public init() {}
}

/// Limits of how closely bytes are looked at that nobody reads.
public struct OpaqueLimits: Hashable, Sendable {
  /// First bytes of each direction whose entropy is told; at most 65,535.
  public var sampleByteCount = 4_096
  /// First bytes of each direction that a guess is made from.
  public var guessByteCount = 256
  /// First bytes of each direction that are told.
  public var startByteCount = 32

  public init() {}
}
