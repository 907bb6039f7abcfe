import TestSupport

/// Bodies in br by Node's zlib, and in zstd by its own program.
enum CodedSamples {
  /// "hello hello hello hello\n".
  static let brotli = [UInt8](hex: "1b1700f88d946ede445586d60a206c6f4a1179e280ae16")
  static let zstandard = [UInt8](hex: "28b52ffd04586d00003868656c6c6f200a0100994b11a87c2ea8")
  /// 200,000 zero bytes.
  static let brotliZeros = [UInt8](hex: "5b3f0d837f02201e0b04f2090600")
  static let zstandardZeros = [UInt8](hex: "28b52ffd00585400001000000100fbff39c002036a0800")
  /// "data: one\n\ndata: two\n\n".
  static let brotliEvents = [UInt8](hex: "8b0a80646174613a206f6e650a0a646174613a2074776f0a0a03")
  static let zstandardEvents = [UInt8](
    hex: "28b52ffd0458b10000646174613a206f6e650a0a646174613a2074776f0a0ab395263c")
  /// 100 MiB of zero bytes.
  static let brotliBomb = [UInt8](
    hex: """
      cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffffc13f011087
      0500baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1ffff0ffe0980382c00d0bdffe3ffff1f
      fc1300715800a07bffc7ffff3ff82700e2b00040f7fe8fffff7ff04f00c4610180eefd1fffffffe09f0088c30200ddfb
      3ffeffffc13f0110870500baf77ff9ffff837f02200e0b0074ef7f00
      """)
  /// 128 KiB of zero bytes in each of 800 blocks that repeat one byte (RFC 8878 §3.1.1.2.2).
  static let zstandardBomb: [UInt8] =
    [UInt8](hex: "28b52ffd0058") + (0..<800).flatMap { _ in [UInt8](hex: "02001000") }
    + [UInt8](hex: "010000")
}
