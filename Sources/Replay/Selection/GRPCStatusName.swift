/// The names of gRPC's status codes (gRPC, statuscodes.md).
enum GRPCStatusName {
  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// The code's name; `STATUS77` for one without.
  static func text(_ code: Int) -> String {
    names.indices.contains(code) ? names[code] : "STATUS\(code)"
  }
}
