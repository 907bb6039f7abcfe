import Testing

@testable import Sandbox

@Suite struct `Trust environment` {
  @Test func `names the bundle in every variable that is not set`() {
    let trust = TrustEnvironment(bundle: "/bundle", environment: ["PATH": "/bin", "GIT_SSL_CAINFO": ""])
    #expect(
      trust.changes == Dictionary(uniqueKeysWithValues: TrustEnvironment.variables.map { ($0, "/bundle") }))
    #expect(trust.callersBundles == [])
    #expect(trust.notes == [])
  }

  @Test func `keeps a variable that names a file, and has the CA appended to the file`() throws {
    let scratch = try Scratch()
    let own = scratch.file("own.pem", "PEM")
    let link = scratch.link("link.pem", to: "own.pem")
    let trust = TrustEnvironment(
      bundle: "/bundle", environment: ["SSL_CERT_FILE": own, "CURL_CA_BUNDLE": link])
    #expect(trust.changes["SSL_CERT_FILE"] == nil)
    #expect(trust.changes["CURL_CA_BUNDLE"] == nil)
    #expect(trust.changes["REQUESTS_CA_BUNDLE"] == "/bundle")
    #expect(trust.callersBundles == [own])
    #expect(trust.notes == [])
  }

  @Test func `replaces a variable that names no file, and says so`() throws {
    let scratch = try Scratch()
    let trust = TrustEnvironment(bundle: "/bundle", environment: ["REQUESTS_CA_BUNDLE": scratch.path])
    #expect(trust.changes["REQUESTS_CA_BUNDLE"] == "/bundle")
    #expect(
      trust.notes == [
        "REQUESTS_CA_BUNDLE is '\(scratch.path)', which is no file; the command gets '/bundle' instead"
      ])
  }

  @Test func `finds the system's bundle`() throws {
    let bundle = try #require(TrustEnvironment.systemBundles().first)
    #expect(Scratch.contents(of: bundle).contains("BEGIN CERTIFICATE"))
  }

  @Test func `finds Java's trust stores through JAVA_HOME and PATH, each once`() throws {
    let scratch = try Scratch()
    let stores = ["new", "old"].map { "\(scratch.path)/\($0)" }
    for directory in ["new/lib/security", "new/bin", "old/jre/lib/security", "old/jre/bin"] {
      scratch.makeDirectories(directory)
    }
    let new = scratch.file("new/lib/security/cacerts", "")
    let old = scratch.file("old/jre/lib/security/cacerts", "")
    _ = scratch.file("old/jre/bin/java", "")
    let link = scratch.link("java", to: "old/jre/bin/java")
    #expect(link == "\(scratch.path)/java")
    let found = TrustEnvironment.javaTrustStores(
      environment: ["JAVA_HOME": stores[0], "PATH": "/nowhere:\(scratch.path)", "JDK_HOME": stores[0]])
    #expect(found.filter { $0.hasPrefix(scratch.path) } == [new, old])
  }
}
