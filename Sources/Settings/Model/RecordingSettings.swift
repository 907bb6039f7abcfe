/// What is recorded, and where.
package struct RecordingSettings: Hashable, Sendable {
  /// Nil: the relay records nothing.
  package var place: RecordingPlace?
  /// Bytes after which the next file is begun; nil: however long it gets.
  ///
  /// For a directory only, as the next two.
  package var rotateSize: UInt64? = 256 << 20
  package var rotateInterval: Duration? = .seconds(3600)
  /// Bytes of all recordings in the directory, above which the oldest closed ones are deleted; nil: none ever is.
  package var maximumTotal: UInt64? = 10 << 30
  package var onFailure = RecordFailureChoice.continue
  package var linkType = LinkTypeSetting.raw
  /// Most payload bytes of one TCP segment, 1 to 65495.
  package var segmentSize = 65_495
  /// On which port sessions decrypted on the key are shown; nil: TLS ports on their plaintext twins.
  package var portMap: [UInt16: UInt16]?

  package init() {}
}

/// What `write` names: one file, or a directory in which files rotate.
///
/// Paths are absolute.
package enum RecordingPlace: Hashable, Sendable {
  case directory(String)
  case file(String)

  package var path: String {
    switch self {
    case .directory(let path), .file(let path): path
    }
  }
}

/// `on_record_failure`: what becomes of the traffic when the recording fails.
package enum RecordFailureChoice: String, Hashable, Sendable, CaseIterable {
  case `continue`
  case stop
}

/// `link_type`: what the packets of a recording begin with.
package enum LinkTypeSetting: String, Hashable, Sendable, CaseIterable {
  case raw
  case ethernet
}
