import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `A digest` {
  @Test func `has the values of FIPS 180-4, and begins anew after finishing`() throws {
    let digest = try #require(ContentServices.system.digests?.makeSHA256())
    digest.update(Array("abc".utf8).span)
    #expect(digest.finish().hexText == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(digest.finish().hexText == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    for byte in Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8) {
      digest.update([byte].span)
    }
    #expect(digest.finish().hexText == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test func `has the values of RFC 1321`() throws {
    let digest = try #require(ContentServices.system.digests?.makeMD5())
    digest.update(Array("message digest".utf8).span)
    #expect(digest.finish().hexText == "f96b697d7cb7938d525a2f31aaf161d0")
  }
}
