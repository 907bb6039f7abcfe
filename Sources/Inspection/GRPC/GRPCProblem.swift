/// What can be wrong in gRPC, by its finding code.
enum GRPCProblem: String, FindingCode {
  case prefixInvalid = "grpc.prefix-invalid"
  case messageTooLong = "grpc.message-too-long"
  case messageTruncated = "grpc.message-truncated"
  case encodingMissing = "grpc.encoding-missing"
  case encodingUnknown = "grpc.encoding-unknown"
  case compressionBroken = "grpc.compression-broken"
  case tooManyFields = "grpc.too-many-fields"
  case statusMissing = "grpc.status-missing"
  case statusInvalid = "grpc.status-invalid"
}
