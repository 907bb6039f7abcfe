import Foundation
import TestSupport
import Testing

/// What the commands make of a directory; who must own it is always said, since the machine may have a user of the
/// service.
@Suite struct `relay ca` {
  let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
  }

  static let user = "\(geteuid())"

  /// Runs `relay ca ARGUMENTS` on the directory `ca` of the scratch directory.
  @discardableResult
  func ca(_ arguments: String...) throws -> Tool.Result {
    try Tool("relay").run(
      ["ca", arguments[0], "--directory", "ca", "--user", Self.user] + arguments.dropFirst(),
      directory: scratch.url.path)
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path("ca")).sorted()
  }

  func mode(_ name: String) -> mode_t {
    var facts = stat()
    return lstat(scratch.path(name), &facts) == 0 ? facts.st_mode & 0o7777 : 0
  }

  func openssl(_ arguments: String...) throws -> ToolRun {
    try ToolRun(["env", "-C", scratch.url.path, "openssl"] + arguments)
  }

  /// Names and their values.
  func fields(_ text: String) -> [String: String] {
    Dictionary(
      text.split(separator: "\n").map { line in
        (String(line.prefix(11).trimmingCharacters(in: .whitespaces)), String(line.dropFirst(11)))
      }, uniquingKeysWith: { first, _ in first })
  }

  @Test func `init makes a CA, says what it is, and what comes next`() throws {
    let result = try ca("init", "--days", "30", "--permit", "Example.com", "--permit", "10.0.0.0/8")
    #expect(result.status == 0)
    #expect(result.errors == "relay: made the CA in 'ca'; next: sudo relay ca install\n")
    #expect(try names() == ["ca.key", "ca.pem"])
    #expect([mode("ca"), mode("ca/ca.key"), mode("ca/ca.pem")] == [0o700, 0o600, 0o644])
    let fields = fields(result.output)
    #expect(fields.keys.sorted() == ["sha1", "sha256", "signs for", "subject", "valid"])
    #expect(fields["signs for"] == "example.com and all below it, 10.0.0.0/8")
    #expect(fields["valid"]?.contains("(30 days left)") == true)
    for digest in ["sha256", "sha1"] {
      let shown = try openssl("x509", "-in", "ca/ca.pem", "-noout", "-fingerprint", "-\(digest)").text
      #expect(shown.lowercased() == "\(digest) fingerprint=\(fields[digest] ?? "")\n".lowercased())
    }
    let key = try openssl("pkey", "-in", "ca/ca.key", "-pubout").text
    #expect(try openssl("x509", "-in", "ca/ca.pem", "-noout", "-pubkey").text == key)
  }

  @Test func `init does not replace a CA`() throws {
    try ca("init")
    let key = try scratch.read("ca/ca.key")
    let again = try ca("init")
    #expect(again.status == 2)
    #expect(again.output == "")
    #expect(
      again.errors == "relay: error: there is a CA in 'ca' already\n"
        + "relay: hint: use it, or replace it with: relay ca rotate\n")
    #expect(try scratch.read("ca/ca.key") == key)
  }

  /// Where a file's size limit strikes: in the key, and in the certificate that comes after it.
  @Test(arguments: [0, 300]) func `init leaves nothing by halves when it is killed`(_ limit: Int) throws {
    let killed = try ToolRun([
      "env", "--default-signal=XFSZ", "-C", scratch.url.path, "prlimit", "--core=0", "--fsize=\(limit)",
      Tool.path("relay"), "ca",
      "init",
      "--directory", "ca", "--user", Self.user,
    ])
    #expect(killed.status == SIGXFSZ)
    #expect(
      try ca("show").errors == "relay: error: no CA in 'ca'\nrelay: hint: make one with: relay ca init\n")
    #expect(try ca("init").status == 0)
    #expect(try names() == ["ca.key", "ca.pem"])
    #expect(try ca("show").status == 0)
  }

  @Test(arguments: [0, 300]) func `rotate leaves the old CA when it is killed`(_ limit: Int) throws {
    let made = try ca("init")
    let killed = try ToolRun([
      "env", "--default-signal=XFSZ", "-C", scratch.url.path, "prlimit", "--core=0", "--fsize=\(limit)",
      Tool.path("relay"), "ca",
      "rotate",
      "--directory", "ca", "--user", Self.user,
    ])
    #expect(killed.status == SIGXFSZ)
    #expect(try ca("show").output.hasPrefix(made.output))
    #expect(try ca("rotate").status == 0)
    #expect(try names() == ["ca-previous.pem", "ca.key", "ca.pem"])
  }

  @Test func `show tells what init told, and where it is trusted`() throws {
    let made = try ca("init", "--name", "Some CA")
    let shown = try ca("show")
    #expect(shown.output == made.output + "installed  none\n")
    #expect(shown.errors == "")
    #expect(fields(shown.output)["subject"] == "CN=Some CA,O=Wiretape")
    #expect(fields(shown.output)["signs for"] == "every name")
  }

  @Test func `show gives JSON to scripts`() throws {
    try ca("init", "--permit", "example.com", "--name", "First")
    let first = try #require(try JSON.object(ca("show", "--json").output))
    try ca("rotate", "--permit-all", "--name", "Second", "--days", "1")
    let second = try #require(try JSON.object(ca("show", "--json").output))
    #expect(first["v"] as? Int == 1)
    #expect(first["directory"] as? String == "ca")
    #expect(first["subject"] as? String == "CN=First,O=Wiretape")
    #expect(first["permitted"] as? [String] == ["example.com"])
    #expect(
      first["excluded"] as? [String]
        == ["0.0.0.0/0", "::/0"])
    #expect(first["days_left"] as? Int == 825)
    #expect(first["installed"] as? [String] == [])
    #expect(first["previous"] is NSNull)
    #expect((first["sha256"] as? String)?.count == 64)
    #expect(second["permitted"] is NSNull)
    #expect(second["days_left"] as? Int == 1)
    let previous = try #require(second["previous"] as? [String: Any])
    #expect(previous["sha256"] as? String == first["sha256"] as? String)
  }

  @Test func `show refuses what others could reach`() throws {
    try ca("init")
    chmod(scratch.path("ca/ca.key"), 0o640)
    let shown = try ca("show")
    #expect(shown.status == 2)
    #expect(shown.output == "")
    #expect(
      shown.errors == "relay: error: 'ca/ca.key' has mode 0640, which is looser than 0600\n"
        + "relay: hint: chmod 0600 'ca/ca.key', once you know who may have read it\n")
  }

  @Test func `export gives the certificate, in both forms, and nothing else`() throws {
    try ca("init")
    let certificate = try scratch.read("ca/ca.pem")
    #expect(try ca("export").output == String(decoding: certificate, as: UTF8.self))
    #expect(try ca("export", "-o", "out.pem").output == "")
    #expect(try scratch.read("out.pem") == certificate)
    #expect(try ca("export", "--format", "der", "--output", "out.der").status == 0)
    let converted = try openssl("x509", "-in", "out.der", "-inform", "DER")
    #expect(converted.output == certificate)
    let failed = try ca("export", "-o", "missing/out.pem")
    #expect(failed.status == 2)
    #expect(failed.errors == "relay: error: 'missing/out.pem': open: No such file or directory\n")
  }

  @Test func `rotate replaces the CA, and says that a running relay must know`() throws {
    try ca("init", "--permit", "example.com")
    let old = try scratch.read("ca/ca.pem")
    let result = try ca("rotate")
    #expect(result.status == 0)
    #expect(
      result.errors == "relay: replaced the CA in 'ca', and destroyed the old key\n"
        + "relay: a running relay must be restarted: clients refuse the old CA's certificates\n")
    #expect(try names() == ["ca-previous.pem", "ca.key", "ca.pem"])
    #expect(try scratch.read("ca/ca-previous.pem") == old)
    #expect(try scratch.read("ca/ca.pem") != old)
    // What the old one was not trusted with, the new one is not either.
    #expect(fields(result.output)["signs for"] == "example.com and all below it")
    #expect(fields(try ca("rotate", "--permit", "b.test").output)["signs for"] == "b.test and all below it")
    #expect(fields(try ca("rotate", "--permit-all").output)["signs for"] == "every name")
  }

  @Test func `rotate does not widen constraints that it cannot take over`() throws {
    try ca("init")
    let made = try openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config",
      "/dev/null",
      "-subj", "/CN=x", "-keyout", "ca/ca.key", "-out", "ca/ca.pem", "-addext",
      "basicConstraints=critical,CA:TRUE",
      "-addext", "nameConstraints=critical,excluded;DNS:secret.test")
    try #require(made.status == 0, "\(made.errors)")
    let result = try ca("rotate")
    #expect(result.status == 2)
    #expect(
      result.errors == "relay: error: the old CA has name constraints of a kind that is not made here\n"
        + "relay: hint: say what the new one may sign for, with --permit or --permit-all\n")
    #expect(fields(try ca("show").output)["signs for"] == "all but secret.test")
  }

  @Test func `never prints a key`() throws {
    var printed: [UInt8] = []
    var secrets: [String] = []
    var scalars: [[UInt8]] = []
    func note() throws {
      let pem = String(decoding: try scratch.read("ca/ca.key"), as: UTF8.self)
      let lines = pem.split(separator: "\n").dropFirst().dropLast()
      secrets += lines.map { String($0.suffix(24)) }
      // PKCS #8 of a key on P-256 has the secret number after 36 bytes.
      let der = try #require(Data(base64Encoded: lines.joined()))
      scalars.append([UInt8](der[36..<68]))
    }
    func collect(_ arguments: String...) throws {
      let result = try Tool("relay").run(
        ["ca", arguments[0], "--directory", "ca", "--user", Self.user] + arguments.dropFirst(),
        directory: scratch.url.path)
      printed += Array(result.output.utf8) + Array(result.errors.utf8)
    }
    try collect("init")
    try note()
    for command in ["init", "show", "export", "rotate"] { try collect(command) }
    try note()
    try collect("show", "--json")
    try collect("export", "-o", "out.pem")
    try collect("export", "--format", "der", "-o", "out.der")
    printed += try scratch.read("out.pem") + scratch.read("out.der") + scratch.read("ca/ca-previous.pem")
    chmod(scratch.path("ca/ca.key"), 0o644)
    try collect("show")
    chmod(scratch.path("ca/ca.key"), 0o600)
    // A key that is broken at its end, so that the rest of it would stand in a careless message.
    let key = try scratch.read("ca/ca.key")
    _ = try scratch.write(key.dropLast(60) + Array("A\n".utf8), to: "ca/ca.key")
    chmod(scratch.path("ca/ca.key"), 0o600)
    try collect("show")

    let text = String(decoding: printed, as: UTF8.self)
    #expect(text.contains("BEGIN CERTIFICATE") && !text.contains("PRIVATE"))
    #expect(secrets.count == 6 && scalars.count == 2)
    for secret in secrets { #expect(!text.contains(secret)) }
    for scalar in scalars { #expect(!printed.contains(scalar.prefix(16))) }
  }
}
