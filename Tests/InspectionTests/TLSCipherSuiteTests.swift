import Testing

@testable import Inspection

@Suite struct `TLS cipher suites` {
  @Test func `have the names of IANA's registry`() {
    #expect(TLSCipherSuites.name(0x0000) == "TLS_NULL_WITH_NULL_NULL")
    #expect(TLSCipherSuites.name(0x1302) == "TLS_AES_256_GCM_SHA384")
    #expect(TLSCipherSuites.name(0xcca8) == "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
    #expect(TLSCipherSuites.name(0xd005) == "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256")
    #expect(TLSCipherSuites.name(0x5600) == "TLS_FALLBACK_SCSV")
  }

  @Test func `are numbers where the registry has none`() {
    #expect(TLSCipherSuites.name(0x0060) == "0x0060")
    #expect(TLSCipherSuites.name(0xcc13) == "0xcc13")
  }
}
