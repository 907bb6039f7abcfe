import TLSEngine
import Testing

@Suite struct `TLS version` {
  struct Case: Sendable {
    var offered: [UInt16]
    var range: ClosedRange<TLSVersion>
  }

  @Test(arguments: [
    Case(offered: [0x0304, 0x0303], range: .tls12 ... .tls13),
    Case(offered: [0x8a8a, 0x0304, 0x0303, 0x0302, 0x0301], range: .tls12 ... .tls13),
    Case(offered: [0x0304], range: .tls13 ... .tls13),
    Case(offered: TLSVersion.offered(legacy: 0x0303), range: .tls12 ... .tls12),
  ]) func `takes from an offer what it speaks`(_ expected: Case) throws {
    let range = try TLSVersion.range(offered: expected.offered)
    #expect(range == expected.range)
  }

  @Test func `refuses an offer of older versions only`() {
    #expect(throws: TLSFailure.unsupportedVersions([0x0302, 0x0301])) {
      try TLSVersion.range(offered: [0x0302, 0x0301])
    }
    #expect(throws: TLSFailure.unsupportedVersions([0x0301])) {
      try TLSVersion.range(offered: TLSVersion.offered(legacy: 0x0301))
    }
  }
}
