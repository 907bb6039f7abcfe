import CChecksums
import TestSupport
import Testing

@Suite struct `Bulk checksums` {
  /// RFC 1071, word by word.
  private func naiveSum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
      sum += index.isMultiple(of: 2) ? UInt32(byte) << 8 : UInt32(byte)
      sum = (sum >> 16) + (sum & 0xffff)
    }
    return UInt16(sum)
  }

  /// Bit by bit.
  private func naiveCRC(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var remainder: UInt32 = ~0
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82f6_3b78 : remainder >> 1 }
    }
    return ~remainder
  }

  private let bytes: [UInt8]

  init() {
    var random = SeededRandom(seed: 4)
    bytes = (0..<30_000).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  struct Vector {
    var bytes: [UInt8]
    var crc: UInt32
  }

  /// RFC 3720 appendix B.4, and the check value of the CRC catalogue.
  static let vectors = [
    Vector(bytes: [], crc: 0),
    Vector(bytes: Array("123456789".utf8), crc: 0xe306_9283),
    Vector(bytes: [UInt8](repeating: 0, count: 32), crc: 0x8a91_36aa),
    Vector(bytes: [UInt8](repeating: 0xff, count: 32), crc: 0x62a8_ab43),
    Vector(bytes: Array(0..<32), crc: 0x46dd_794e),
    Vector(bytes: Array((0..<32).reversed()), crc: 0x113f_db5c),
  ]

  @Test(arguments: vectors) func `give the published CRC-32C`(_ vector: Vector) {
    #expect(wtCRC32C(0, vector.bytes, vector.bytes.count) == vector.crc)
    #expect(wtCRC32CPortable(0, vector.bytes, vector.bytes.count) == vector.crc)
  }

  @Test func `give the sum of RFC 1071's example`() {
    #expect(wtInternetSum([UInt8](hex: "0001 f203 f4f5 f6f7"), 8) == 0xddf2)
  }

  @Test func `agree with the naive ones at every short length and offset`() {
    bytes.withUnsafeBytes { all in
      for offset in 0..<9 {
        for count in 0..<200 {
          let start = all.baseAddress!.advanced(by: offset)
          let slice = bytes[offset..<offset + count]
          var crc: UInt32 = 0
          var copy = [UInt8](repeating: 0, count: count)
          let sum = wtCopyChecksummed(&copy, start, count, &crc)
          #expect(sum == naiveSum(slice) && sum == wtInternetSum(start, count))
          #expect(crc == naiveCRC(slice) && crc == wtCRC32C(0, start, count))
          #expect(crc == wtCRC32CPortable(0, start, count))
          #expect(copy[...] == slice)
        }
      }
    }
  }

  @Test func `agree with the naive ones where lanes and blocks begin and end`() {
    for count in [255, 256, 767, 768, 769, 1_448, 12_287, 12_288, 12_289, 13_055, 24_576, 24_577, 29_999] {
      var crc: UInt32 = 0
      var copy = [UInt8](repeating: 0, count: count)
      let sum = wtCopyChecksummed(&copy, bytes, count, &crc)
      #expect(sum == naiveSum(bytes[..<count]))
      #expect(crc == naiveCRC(bytes[..<count]))
      #expect(copy == Array(bytes[..<count]))
    }
  }

  @Test func `continue a CRC from piece to piece`() {
    var crc: UInt32 = 0
    var start = 0
    for count in [1, 7, 8, 800, 13_000, 0, 16_184] {
      crc = wtCRC32C(crc, Array(bytes[start..<start + count]), count)
      start += count
    }
    #expect(start == bytes.count)
    #expect(crc == naiveCRC(bytes[...]))
  }

  @Test func `do not overflow on all ones`() {
    let ones = [UInt8](repeating: 0xff, count: 65_536)
    #expect(wtInternetSum(ones, ones.count) == 0xffff)
  }
}
