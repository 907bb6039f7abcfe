/// What the status calls by a name, in words.
enum StatusWords {
  private static let phrases = [
    "bypassed_requested": "bypassed as asked",
    "bypassed_client_certificate_required": "bypassed for a client certificate",
    "bypassed_unsupported": "bypassed as unsupported",
    "upstream_unreachable": "server unreachable",
    "tls_failed_client": "TLS failed with the client",
    "tls_failed_server": "TLS failed with the server",
    "certificate_rejected": "certificate rejected",
    "idle_timeout": "silent for too long",
    "relay_stopped": "relay stopped",
  ]

  /// A name that a newer service may have is taken apart.
  static func phrase(for name: String) -> String {
    phrases[name] ?? name.split(separator: "_").joined(separator: " ")
  }
}
