/// What a client gets to see where the upstream certificate does not stand.
public enum BadCertificatePolicy: String, Hashable, Sendable, CaseIterable {
  /// A leaf with the same defect, so that the client refuses it for the same reason.
  case mirror
  /// Nothing: the session is refused.
  case reject
  /// A leaf that stands, for the name that the client asked for.
  case accept
}
