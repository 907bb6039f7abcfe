import Inspection

/// Makes decoders of the system's compression libraries.
struct SystemDecoders: ContentDecodingService {
  func makeDecoder(for coding: String) -> (any ContentDecoder)? {
    switch coding {
    case "gzip", "x-gzip": InflateDecoder(.gzip)
    case "deflate": InflateDecoder(.deflate)
    case "br": BrotliDecoder()
    case "zstd": ZstandardDecoder()
    default: nil
    }
  }

  func makeMessageInflater() -> (any MessageInflater)? {
    InflateDecoder(.messages)
  }
}
