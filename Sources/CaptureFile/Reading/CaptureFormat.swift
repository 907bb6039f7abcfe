/// What a file's first four bytes say that it is.
enum CaptureFormat: Hashable {
  /// A file that libpcap reads; the length of what precedes each packet's bytes.
  case pcap(recordHeaderLength: Int)
  case pcapng
  case compressed(Compression)

  /// The first bytes that decide.
  static let magicLength = 4

  /// Nil for anything else.
  init?(magic: [UInt8]) {
    guard magic.count >= Self.magicLength else { return nil }
    switch (magic[0], magic[1], magic[2], magic[3]) {
    case (0x0a, 0x0d, 0x0d, 0x0a):
      self = .pcapng
    case (0xa1, 0xb2, 0xc3, 0xd4), (0xd4, 0xc3, 0xb2, 0xa1), (0xa1, 0xb2, 0x3c, 0x4d),
      (0x4d, 0x3c, 0xb2, 0xa1):
      self = .pcap(recordHeaderLength: 16)
    case (0xa1, 0xb2, 0xcd, 0x34), (0x34, 0xcd, 0xb2, 0xa1):
      // Alexey Kuznetzov's variant, which old Linux distributions wrote: interface, protocol and direction besides.
      self = .pcap(recordHeaderLength: 24)
    case (0x1f, 0x8b, _, _):
      self = .compressed(.gzip)
    // A frame, or one to be skipped, with which parallel compressors begin (RFC 8878 §3.1).
    case (0x28, 0xb5, 0x2f, 0xfd), (0x50...0x5f, 0x2a, 0x4d, 0x18):
      self = .compressed(.zstd)
    case (0xfd, 0x37, 0x7a, 0x58):
      self = .compressed(.xz)
    case (0x42, 0x5a, 0x68, _):
      self = .compressed(.bzip2)
    case (0x04, 0x22, 0x4d, 0x18):
      self = .compressed(.lz4)
    default:
      return nil
    }
  }
}

/// A way in which files are compressed.
public enum Compression: String, Hashable, Sendable {
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4

  /// The program that decompresses it to standard output.
  var tool: String {
    switch self {
    case .gzip: "gzip -dc"
    case .zstd: "zstd -dc"
    case .xz: "xz -dc"
    case .bzip2: "bzip2 -dc"
    case .lz4: "lz4 -dc"
    }
  }
}
