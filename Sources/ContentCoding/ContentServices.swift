public import Inspection

/// The system's libraries as the services that parsers ask for.
public enum ContentServices {
  /// Digests by OpenSSL, gzip and deflate by zlib, br and zstd by their own libraries.
  public static let system = InspectionServices(digests: OpenSSLDigests(), decoders: SystemDecoders())
}
