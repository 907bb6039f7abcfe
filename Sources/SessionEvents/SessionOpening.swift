/// Who talks to whom, known when a session opens.
public struct SessionOpening: Hashable, Sendable {
  public var transport: TransportProtocol
  public var client: Endpoint
  /// Where the client meant to go, before any redirection.
  public var originalDestination: Endpoint
  public var interception: Interception
  /// At most one of each: arrays, for one word in every event is room enough for what few sessions have.
  private var owners: [ProcessFacts]
  private var continuations: [SessionContinuation] = []

  public init(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint,
    interception: Interception, process: ProcessFacts? = nil
  ) {
    self.transport = transport
    self.client = client
    self.originalDestination = originalDestination
    self.interception = interception
    owners = process.map { [$0] } ?? []
  }

  /// The process that owns the client's socket; nil where unknown.
  public var process: ProcessFacts? {
    get { owners.first }
    set { owners = newValue.map { [$0] } ?? [] }
  }

  /// What came before, where the recording has only the later part of the session; nil where it has the session whole.
  public var continues: SessionContinuation? {
    get { continuations.first }
    set { continuations = newValue.map { [$0] } ?? [] }
  }
}

/// The part of a session that stands before a recording, which tells only the rest.
///
/// Such a session is `opened` when the recording took it over; then it is told what was known of it, how many bytes
/// each party had sent before (as a `gap`), and who had sent its last.
public struct SessionContinuation: Hashable, Sendable {
  /// The capture's file name that has the part before, beside this one; nil where nothing recorded it.
  public var recording: String?
  /// When the session was opened in truth.
  public var opened: Timestamp

  public init(recording: String?, opened: Timestamp) {
    self.recording = recording
    self.opened = opened
  }
}

/// How a session came to be seen.
public enum Interception: String, Hashable, Sendable, CaseIterable {
  /// By `relay run`, in the command's own network namespace.
  case sandbox
  /// By `relay serve`, through a REDIRECT rule.
  case redirect
  /// Read from a capture that says no more.
  case capture
}
