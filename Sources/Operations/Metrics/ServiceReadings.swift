/// What session events do not tell of a running service: read from its parts at the moment of asking.
///
/// Counts are since the start of the service, unless they say otherwise.
package struct ServiceReadings: Hashable, Sendable {
  /// Nil where the service relays without recording.
  package var recording: Recording?
  package var admission = Admission()
  /// Nil where it is not known, as the next.
  package var dns: DNS?
  /// Leaf certificates that were signed.
  package var certificatesMinted: UInt64?

  package init() {}

  /// The recorder and its queue.
  package struct Recording: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
      case recording
      /// Nothing is recorded any more, `failure` says why.
      case failed
    }

    package var state = State.recording
    /// Why the last attempt to write failed; nil where none has.
    package var failure: String?
    /// The file that is written to.
    package var file: String?
    /// To all captures and sidecars.
    package var writtenBytes: UInt64 = 0
    package var packets: UInt64 = 0
    /// In the queue between the relay and the recorder.
    package var queuedEvents: UInt64 = 0
    package var queuedBytes: UInt64 = 0
    package var lostEvents: UInt64 = 0
    package var lostBytes: UInt64 = 0
    /// Stream bytes that stand in the recording as gaps.
    package var gapBytes: UInt64 = 0
    package var rotations: UInt64 = 0
    /// Closed files that the quota took.
    package var deletedFiles: UInt64 = 0
    package var failures: UInt64 = 0

    package init() {}
  }

  /// What is let in.
  package struct Admission: Hashable, Sendable {
    /// Whether no connection is accepted at present, for want of descriptors or because the limit is reached.
    package var isPaused = false
    package var pauses: UInt64 = 0
    /// How many connections may be open at a time; nil where nothing limits them.
    package var limit: UInt64?
    /// Connections that were closed because they were made to a listener itself.
    package var unredirected: UInt64 = 0
    /// Connections of the relay's own that came back to it.
    package var loops: UInt64 = 0

    package init() {}
  }

  /// How DNS fares with the nameservers.
  package struct DNS: Hashable, Sendable {
    /// Queries that were sent again.
    package var retries: UInt64 = 0
    /// Tries that no nameserver answered in time.
    package var timeouts: UInt64 = 0
    /// Queries that no nameserver answered.
    package var unanswered: UInt64 = 0
    /// Messages from nameservers that answered no query.
    package var mismatches: UInt64 = 0
    /// Queries that were not forwarded: too many were under way.
    package var dropped: UInt64 = 0
    /// Queries that were not forwarded: the same one was under way too often.
    package var loops: UInt64 = 0
    /// Queries that were not forwarded: they were sent to the relay itself.
    package var unredirected: UInt64 = 0

    package init() {}
  }
}
