import Foundation
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `Java trust store` {
  @Test func `has the bytes that the format asks for`() throws {
    var store = JavaTrustStore(created: Timestamp(nanoseconds: 0x0102_0304_0506 * 1_000_000))
    store.add(alias: "ab", der: [0xde, 0xad])
    let bytes = try store.bytes()
    let expected: [UInt8] =
      [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1]
      + [0, 0, 0, 2, 0, 2, 0x61, 0x62, 0, 0, 1, 2, 3, 4, 5, 6]
      + [0, 5, 0x58, 0x2e, 0x35, 0x30, 0x39, 0, 0, 0, 2, 0xde, 0xad]
    #expect(Array(bytes.dropLast(20)) == expected)
    #expect(bytes.count == expected.count + 20)
  }

  @Test func `is read by keytool, every certificate of it`() throws {
    let files = try TestFiles()
    let authority = try SigningAuthority()
    let roots = try (0..<3).map { try TestCertificate.authority("Test root \($0)") }
    let bundle = SystemTrustBundle(
      path: try files.write(try roots.flatMap { try $0.certificate.pem }, to: "bundle.pem"))
    let store = try bundle.javaTrustStore(with: authority, created: authority.facts.notBefore)
    let path = try files.write(store, to: "store.jks")
    let listing = try run(["keytool", "-list", "-keystore", path, "-storepass", JavaTrustStore.password])
    #expect(listing.status == 0, "\(listing.output)")
    #expect(listing.output.contains("Your keystore contains 4 entries"))
    let fingerprint = authority.facts.sha256.map { String(format: "%02X", $0) }.joined(separator: ":")
    #expect(listing.output.contains(fingerprint))
    #expect(listing.output.contains("wiretape, "))
    let wrong = try run(["keytool", "-list", "-keystore", path, "-storepass", "changeme"])
    #expect(wrong.status != 0)
  }

  @Test func `lets a Java program trust a minted leaf`() throws {
    let origin = try Origin()
    let store = try SystemTrustBundle(path: origin.rootPath).javaTrustStore(
      with: origin.authority, created: origin.authority.facts.notBefore)
    let path = try origin.files.write(store, to: "store.jks")
    let source = """
      public class Get {
        public static void main(String[] arguments) throws Exception {
          var connection = new java.net.URL(arguments[0]).openConnection();
          System.out.write(connection.getInputStream().readAllBytes());
          System.out.flush();
        }
      }
      """
    let program = try origin.files.write(Array(source.utf8), to: "Get.java")
    let listener = try Listener()
    let leaf = try origin.issuer.context(forName: .host("localhost"))
    let java = try Program([
      "java", "-Djavax.net.ssl.trustStore=\(path)", "-Djava.net.preferIPv4Stack=true", program,
      "https://localhost:\(listener.port)/",
    ])
    try java.finishInput()
    let leg = try listener.accept(serving: leaf)
    try leg.run { _ in leg.received.suffix(4).elementsEqual("\r\n\r\n".utf8) }
    #expect(leg.failure == nil)
    try leg.connection.send(
      Array("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntrusted\n".utf8))
    leg.connection.closeOutput()
    let (status, output) = try java.end()
    #expect(status == 0)
    #expect(output == "trusted\n")
  }
}
