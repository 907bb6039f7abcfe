import Packets
import TestSupport
import Testing

@Suite struct `Internet checksum` {
  @Test func `gives what RFC 1071 gives in its example`() {
    var checksum = InternetChecksum()
    checksum.add([UInt8](hex: "0001 f203 f4f5 f6f7").span)
    #expect(checksum.foldedSum == 0xddf2)
    #expect(checksum.value == 0x220d)
  }

  @Test func `is the same however the bytes are split, at odd offsets too`() {
    var random = SeededRandom(seed: 1)
    let bytes = (0..<41).map { _ in UInt8.random(in: 0...255, using: &random) }
    var whole = InternetChecksum()
    whole.add(bytes.span)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var pieces = InternetChecksum()
        pieces.add(bytes.span.extracting(0..<first))
        pieces.add(bytes.span.extracting(first..<second))
        pieces.add(bytes.span.extracting(second..<bytes.count))
        #expect(pieces.value == whole.value)
      }
    }
  }

  @Test func `of bytes with their own checksum is all ones`() {
    // The IPv4 header of RFC 1071's usual example, with its checksum b861.
    var checksum = InternetChecksum()
    checksum.add([UInt8](hex: "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7").span)
    #expect(checksum.foldedSum == 0xffff)
  }
}
