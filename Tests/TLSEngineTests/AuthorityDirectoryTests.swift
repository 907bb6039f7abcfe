import COpenSSL
import Foundation
import SessionEvents
import Synchronization
import TestSupport
import Testing

@testable import TLSEngine

@Suite struct `Authority directory` {
  let scratch: TemporaryDirectory
  let directory: AuthorityDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    directory = AuthorityDirectory(path: scratch.path("state/ca"), owner: geteuid())
  }

  func path(_ name: String) -> String { "\(directory.path)/\(name)" }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  func mode(_ path: String) -> mode_t {
    var facts = stat()
    return lstat(path, &facts) == 0 ? facts.st_mode & 0o7777 : 0
  }

  func contents(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  func failure(_ body: () throws -> Void) -> AuthorityFailure? {
    do {
      try body()
      return nil
    } catch TLSFailure.authority(let failure) {
      return failure
    } catch {
      Issue.record("another error: \(error)")
      return nil
    }
  }

  @Test func `holds a certificate and a key that nobody else can reach`() throws {
    let created = try directory.create(AuthorityOptions())
    #expect(try names() == ["ca.key", "ca.pem"])
    #expect(mode(directory.path) == 0o700)
    #expect(mode(path("ca.pem")) == 0o644)
    #expect(mode(path("ca.key")) == 0o600)
    // The directory above is made for others to pass through.
    #expect(mode(scratch.path("state")) == 0o755)
    #expect(try contents("ca.pem") == created.pem)
    let authority = try directory.load()
    #expect(authority.certificateDER == created.der)
    #expect(authority.key.matches(created.certificate))
    #expect(try directory.certificate().der == created.der)
    #expect(try directory.previousCertificate() == nil)
  }

  @Test func `makes the CA that was asked for`() throws {
    let permitted = ["example.com", "10.0.0.0/8"].compactMap { NameConstraint($0) }
    let options = AuthorityOptions(lifetimeDays: 10, commonName: "Some host's CA", permitted: permitted)
    let certificate = try directory.create(options)
    #expect(certificate.facts.subject == "CN=Some host's CA,O=Wiretape")
    #expect(certificate.constraints?.permitted == ["example.com", "10.0.0.0/8"])
    #expect(certificate.constraints?.excluded == [])
    #expect(certificate.constraints?.permittedNames == permitted)
    let beginning = Timestamp(nanoseconds: certificate.facts.notBefore.nanoseconds + 3_600_000_000_000)
    #expect(certificate.daysLeft(at: beginning) == 10)
    #expect(certificate.daysLeft(at: certificate.facts.notAfter) == -1)
    #expect(
      certificate.daysLeft(at: Timestamp(nanoseconds: certificate.facts.notAfter.nanoseconds - 1)) == 1)
  }

  @Test func `is named after the day and the host, and lives 825 days, unless told otherwise`() throws {
    let certificate = try directory.create(AuthorityOptions())
    let name = try #require(
      certificate.facts.subject.wholeMatch(
        of: /CN=(Wiretape CA \d{4}-\d\d-\d\d [0-9a-f]{8}( on .+)?),O=Wiretape/))
    #expect(name.1.count <= 64)
    let lifetime = certificate.facts.notAfter.nanoseconds(since: certificate.facts.notBefore)
    #expect(lifetime == (825 * 86_400 + 3_600) * 1_000_000_000)
    #expect(certificate.constraints == nil)
  }

  @Test func `is made once`() throws {
    let first = try directory.create(AuthorityOptions())
    let key = try contents("ca.key")
    #expect(
      failure { _ = try directory.create(AuthorityOptions()) } == .exists(directory: directory.path))
    #expect(try contents("ca.key") == key)
    #expect(try contents("ca.pem") == first.pem)
  }

  @Test func `is made once, whoever tries at the same time`() throws {
    let outcomes = Mutex<[AuthorityFailure?]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let outcome = failure { _ = try directory.create(AuthorityOptions()) }
      outcomes.withLock { $0.append(outcome) }
    }
    let failures = outcomes.withLock { $0.compactMap(\.self) }
    #expect(failures == [AuthorityFailure](repeating: .exists(directory: directory.path), count: 3))
    _ = try directory.load()
  }

  @Test func `says when there is none`() throws {
    #expect(failure { _ = try directory.load() } == .missing(directory: directory.path))
    #expect(failure { _ = try directory.rotate(AuthorityOptions()) } == .missing(directory: directory.path))
    try makeDirectory()
    #expect(failure { _ = try directory.load() } == .missing(directory: directory.path))
    #expect(failure { _ = try directory.certificate() } == .missing(directory: directory.path))
  }

  func makeDirectory() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  // MARK: Replacing

  @Test func `keeps of a replaced CA the certificate, and not the key`() throws {
    let old = try directory.create(AuthorityOptions())
    let oldKey = try contents("ca.key")
    let openKey = try #require(FileHandle(forReadingAtPath: path("ca.key")))
    let new = try directory.rotate(AuthorityOptions(permitted: [.domain("example.com")]))
    #expect(try names() == ["ca-previous.pem", "ca.key", "ca.pem"])
    #expect(mode(path("ca-previous.pem")) == 0o644)
    #expect(try contents("ca-previous.pem") == old.pem)
    #expect(try directory.previousCertificate()?.der == old.der)
    #expect(try directory.load().certificateDER == new.der)
    #expect(new.der != old.der)
    #expect(try contents("ca.key") != oldKey)
    // Also who had it open before finds nothing in it.
    #expect(try openKey.readToEnd() == Data(count: oldKey.count))

    let third = try directory.rotate(AuthorityOptions())
    #expect(try directory.previousCertificate()?.der == new.der)
    #expect(try directory.load().certificateDER == third.der)
  }

  @Test func `replaces a CA whose key is lost, or was open to others`() throws {
    _ = try directory.create(AuthorityOptions())
    chmod(path("ca.key"), 0o644)
    let second = try directory.rotate(AuthorityOptions())
    #expect(mode(path("ca.key")) == 0o600)
    #expect(try directory.load().certificateDER == second.der)
    unlink(path("ca.key"))
    let third = try directory.rotate(AuthorityOptions())
    #expect(try directory.load().certificateDER == third.der)
  }

  // MARK: Being killed

  @Test func `has no CA until it is committed`() throws {
    try makeDirectory()
    try directory.write(try SigningAuthority(), to: try directory.openExisting())
    #expect(try names() == ["ca.key.new", "ca.pem.new"])
    #expect(failure { _ = try directory.load() } == .missing(directory: directory.path))
    let created = try directory.create(AuthorityOptions())
    #expect(try names() == ["ca.key", "ca.pem"])
    #expect(try directory.load().certificateDER == created.der)
  }

  @Test func `is whole from the commit on`() throws {
    try makeDirectory()
    let authority = try SigningAuthority()
    try directory.write(authority, to: try directory.openExisting())
    try directory.commit(try directory.openExisting())
    #expect(try names() == ["ca.key.new", "ca.pem"])
    #expect(try directory.load().certificateDER == authority.certificateDER)
    #expect(try directory.certificate().der == authority.certificateDER)
    #expect(
      failure { _ = try directory.create(AuthorityOptions()) } == .exists(directory: directory.path))
  }

  @Test func `has the old CA or the new one wherever a rotation ends`() throws {
    let old = try directory.create(AuthorityOptions())
    let new = try SigningAuthority()
    try directory.write(new, to: try directory.openExisting())
    #expect(try directory.load().certificateDER == old.der)
    try directory.commit(try directory.openExisting())
    #expect(try names() == ["ca.key", "ca.key.new", "ca.pem"])
    #expect(try directory.load().certificateDER == new.certificateDER)

    // The next rotation does not lose the key that has no name of its own yet, should it be cut off too.
    let next = try directory.rotate(AuthorityOptions())
    #expect(try names() == ["ca-previous.pem", "ca.key", "ca.pem"])
    #expect(try directory.load().certificateDER == next.der)
    #expect(try directory.previousCertificate()?.der == new.certificateDER)
  }

  @Test func `does not take half a new key for one`() throws {
    let created = try directory.create(AuthorityOptions())
    try Data(try contents("ca.key").prefix(100)).write(to: URL(filePath: path("ca.key.new")))
    chmod(path("ca.key.new"), 0o600)
    #expect(try directory.load().certificateDER == created.der)
  }

  @Test func `does not overwrite a key that lost its certificate`() throws {
    _ = try directory.create(AuthorityOptions())
    let key = try contents("ca.key")
    unlink(path("ca.pem"))
    #expect(
      failure { _ = try directory.create(AuthorityOptions()) } == .strayKey(path: path("ca.key")))
    #expect(try contents("ca.key") == key)
  }

  // MARK: Who may reach it

  struct ModeCase: CustomTestStringConvertible, Sendable {
    /// Relative to the directory; empty is the directory itself.
    var name: String
    var mode: mode_t
    /// Nil where it is not refused.
    var wanted: UInt32?

    var testDescription: String { "\(name.isEmpty ? "." : name) \(String(mode, radix: 8))" }
  }

  @Test(arguments: [
    ModeCase(name: "", mode: 0o700), ModeCase(name: "", mode: 0o500), ModeCase(name: "", mode: 0o2700),
    ModeCase(name: "", mode: 0o750, wanted: 0o700), ModeCase(name: "", mode: 0o701, wanted: 0o700),
    ModeCase(name: "", mode: 0o710, wanted: 0o700), ModeCase(name: "", mode: 0o777, wanted: 0o700),
    ModeCase(name: "ca.pem", mode: 0o644), ModeCase(name: "ca.pem", mode: 0o400),
    ModeCase(name: "ca.pem", mode: 0o664, wanted: 0o644),
    ModeCase(name: "ca.pem", mode: 0o646, wanted: 0o644),
    ModeCase(name: "ca.key", mode: 0o600), ModeCase(name: "ca.key", mode: 0o400),
    ModeCase(name: "ca.key", mode: 0o640, wanted: 0o600),
    ModeCase(name: "ca.key", mode: 0o604, wanted: 0o600),
    ModeCase(name: "ca.key", mode: 0o620, wanted: 0o600),
    ModeCase(name: "ca.key", mode: 0o601, wanted: 0o600),
  ]) func `is refused where others could reach it`(_ test: ModeCase) throws {
    _ = try directory.create(AuthorityOptions())
    let path = test.name.isEmpty ? directory.path : path(test.name)
    chmod(path, test.mode)
    let expected = test.wanted.map { wanted in
      AuthorityFailure.mode(path: path, found: test.mode & 0o777, wanted: wanted)
    }
    #expect(failure { _ = try directory.load() } == expected)
    #expect(failure { _ = try directory.certificate() } == expected)
    chmod(directory.path, 0o700)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"), arguments: ["", "ca.pem", "ca.key"])
  func `is refused where somebody else owns it`(_ name: String) throws {
    _ = try directory.create(AuthorityOptions())
    let path = name.isEmpty ? directory.path : path(name)
    try #require(chown(path, 1, gid_t.max) == 0)
    let expected = AuthorityFailure.owner(path: path, found: 1, wanted: [0])
    #expect(failure { _ = try directory.load() } == expected)
    #expect(failure { _ = try directory.certificate() } == expected)
    if name.isEmpty { #expect(failure { _ = try directory.rotate(AuthorityOptions()) } == expected) }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `belongs to the service user from the start`() throws {
    let directory = AuthorityDirectory(path: scratch.path("given/ca"), owner: 1)
    _ = try directory.create(AuthorityOptions())
    _ = try directory.rotate(AuthorityOptions())
    for path in [directory.path] + ["ca.pem", "ca.key", "ca-previous.pem"].map({ "\(directory.path)/\($0)" })
    {
      var facts = stat()
      #expect(lstat(path, &facts) == 0 && facts.st_uid == 1)
    }
    _ = try directory.load()
    // As a package makes it, or as a process leaves it that was killed on the way.
    for owner in [1, 0] as [uid_t] {
      let empty = AuthorityDirectory(path: scratch.path("empty-\(owner)"), owner: 1)
      try #require(mkdir(empty.path, 0o700) == 0 && chown(empty.path, owner, gid_t.max) == 0)
      _ = try empty.create(AuthorityOptions())
      _ = try empty.load()
    }
    // What already holds something of root's is not given away.
    let used = AuthorityDirectory(path: scratch.path("used"), owner: 1)
    try #require(mkdir(used.path, 0o700) == 0)
    _ = try scratch.write([1], to: "used/something")
    #expect(
      failure { _ = try used.create(AuthorityOptions()) }
        == .owner(path: used.path, found: 0, wanted: [1]))
  }

  @Test func `is refused where links lead elsewhere`() throws {
    _ = try directory.create(AuthorityOptions())
    for end in ["", "/"] {
      let link = scratch.path("link")
      unlink(link)
      try #require(symlink(directory.path, link) == 0)
      let linked = AuthorityDirectory(path: link + end, owner: geteuid())
      #expect(failure { _ = try linked.load() } == .symbolicLink(path: link))
      #expect(failure { _ = try linked.create(AuthorityOptions()) } == .symbolicLink(path: link))
    }
    for name in ["ca.pem", "ca.key"] {
      let elsewhere = scratch.path("elsewhere-\(name)")
      try #require(rename(path(name), elsewhere) == 0 && symlink(elsewhere, path(name)) == 0)
      #expect(failure { _ = try directory.load() } == .symbolicLink(path: path(name)))
      try #require(unlink(path(name)) == 0 && link(elsewhere, path(name)) == 0)
      #expect(failure { _ = try directory.load() } == .hardLinks(path: path(name), count: 2))
      try #require(unlink(elsewhere) == 0)
    }
    _ = try directory.load()
  }

  @Test func `is refused where something else stands in a file's place`() throws {
    _ = try directory.create(AuthorityOptions())
    unlink(path("ca.key"))
    try #require(mkfifo(path("ca.key"), 0o600) == 0)
    #expect(failure { _ = try directory.load() } == .notRegular(path: path("ca.key")))
    unlink(path("ca.key"))
    try #require(mkdir(path("ca.key"), 0o700) == 0)
    #expect(failure { _ = try directory.load() } == .notRegular(path: path("ca.key")))
    let file = AuthorityDirectory(path: try scratch.write([], to: "file"), owner: geteuid())
    #expect(failure { _ = try file.load() } == .notDirectory(path: file.path))
  }

  @Test func `is refused where the key is another's`() throws {
    _ = try directory.create(AuthorityOptions())
    let other = AuthorityDirectory(path: scratch.path("other"), owner: geteuid())
    _ = try other.create(AuthorityOptions())
    try #require(rename("\(other.path)/ca.key", path("ca.key")) == 0)
    #expect(
      failure { _ = try directory.load() } == .wrongKey(certificate: path("ca.pem"), key: path("ca.key")))
  }

  @Test func `tells where it stands and what to do`() {
    let failures: [AuthorityFailure] = [
      .mode(path: "/ca/ca.key", found: 0o644, wanted: 0o600),
      .owner(path: "/ca", found: 1_000, wanted: [990]),
      .hardLinks(path: "/ca/ca.key", count: 2),
    ]
    #expect(
      failures.map(\.description) == [
        "'/ca/ca.key' has mode 0644, which is looser than 0600",
        "'/ca' belongs to uid 1000, not to uid 990", "'/ca/ca.key' has 2 hard links, not 1",
      ])
    #expect(
      failures.map(\.hint) == [
        "chmod 0600 '/ca/ca.key', once you know who may have read it",
        "chown 990 '/ca', or name the owner with --user", "remove the other names, or make a new CA",
      ])
  }
}
