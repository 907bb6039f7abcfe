public import Inspection

/// The system's libraries as the services that parsers ask for.
public enum ContentServices {
  /// Digests by OpenSSL, gzip and deflate by zlib.
  public static let system = InspectionServices(digests: OpenSSLDigests(), decoders: SystemDecoders())
}
