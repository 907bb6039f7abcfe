import COpenSSL
import Testing

@testable import TLSEngine

@Suite struct `Upstream context` {
  let origin: Origin
  let server: LeafContext

  init() throws {
    origin = try Origin()
    server = try origin.leaf().serving()
  }

  func chain(_ context: UpstreamContext, serverName: String = "origin.test") throws -> PeerChain {
    let client = try origin.connect(context, to: server, serverName: serverName)
    return try #require(client.connection.peerChain)
  }

  @Test func `remembers what the same certificates were worth under the same name`() throws {
    let first = try chain(origin.upstream)
    #expect(try chain(origin.upstream) === first)
    let other = try chain(origin.upstream, serverName: "other.test")
    #expect(first.defects == [])
    #expect(other.defectTexts == ["hostname mismatch"])
    #expect(try chain(origin.upstream) === first)
  }

  @Test func `judges anew when some time has passed`() throws {
    let context = try UpstreamContext(
      trustStore: TrustStore(systemBundle: SystemTrustBundle(path: origin.rootPath)), judgementLifetime: .zero
    )
    #expect(try chain(context) !== chain(context))
  }

  @Test func `offers AES-128 first, and no less than the system does`() throws {
    let plain = try #require(SSL_CTX_new(TLS_client_method()))
    defer { SSL_CTX_free(plain) }
    let names = { (context: OpaquePointer) in
      let list = SSL_CTX_get_ciphers(context)
      return (0..<wt_sk_SSL_CIPHER_num(list)).map {
        String(cString: SSL_CIPHER_get_name(wt_sk_SSL_CIPHER_value(list, $0)))
      }
    }
    let ours = names(origin.upstream.pointer)
    #expect(ours.first == "TLS_AES_128_GCM_SHA256")
    #expect(Set(ours) == Set(names(plain)))
    #expect(ours.count == names(plain).count)
  }
}
