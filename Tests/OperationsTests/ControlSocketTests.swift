import Foundation
import Glibc
import SessionEvents
import TestSupport
import Testing

@testable import Operations

@Suite struct `Control socket` {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path("relay.sock")
  }

  private func mode(_ path: String) -> mode_t? {
    var facts = stat()
    return lstat(path, &facts) == 0 ? facts.st_mode & 0o7777 : nil
  }

  @Test func `is for its owner and his group`() throws {
    let socket = try ControlSocket.listen(path: path)
    #expect(mode(path) == 0o660)
    #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    socket.close()
    #expect(try directory.names() == [])
  }

  @Test(.enabled(if: geteuid() == 0)) func `is given to the service's user, with a directory of its own`()
    throws
  {
    let path = directory.path("run/relay.sock")
    let socket = try ControlSocket.listen(path: path, owner: .init(uid: 12_345, gid: 54_321))
    for place in [path, directory.path("run")] {
      var facts = stat()
      #expect(lstat(place, &facts) == 0)
      #expect([facts.st_uid, facts.st_gid] == [12_345, 54_321])
    }
    #expect(mode(directory.path("run")) == 0o755)
    socket.close()
  }

  @Test func `has its mode whatever the umask, which stays`() async {
    // In a process of its own: the umask is everybody's.
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      umask(0o027)
      let socket = try ControlSocket.listen(path: directory.path("relay.sock"))
      var facts = stat()
      try #require(lstat(directory.path("relay.sock"), &facts) == 0)
      try #require(facts.st_mode & 0o7777 == 0o660)
      try #require(umask(0) == 0o027)
      socket.close()
    }
  }

  @Test func `replaces a socket that nobody listens on`() throws {
    let crashed = try ControlSocket.listen(path: path)
    close(crashed.descriptor)
    #expect(try directory.names() == ["relay.sock"])
    let socket = try ControlSocket.listen(path: path)
    #expect((try? UnixSocket(path: path)) != nil)
    // The one that is gone leaves its successor's file alone.
    crashed.removeFile()
    #expect(try directory.names() == ["relay.sock"])
    socket.close()
  }

  @Test func `leaves a live one alone`() throws {
    let live = try ControlSocket.listen(path: path)
    #expect(throws: OperationsFailure.inUse(path: path)) { try ControlSocket.listen(path: path) }
    #expect((try? UnixSocket(path: path)) != nil)
    live.close()
  }

  @Test func `leaves files alone`() throws {
    _ = try directory.write([1], to: "relay.sock")
    #expect(throws: OperationsFailure.notASocket(path: path)) { try ControlSocket.listen(path: path) }
    #expect(try directory.read("relay.sock") == [1])
    let link = directory.path("link")
    #expect(symlink(path, link) == 0)
    #expect(throws: OperationsFailure.notASocket(path: link)) { try ControlSocket.listen(path: link) }
  }

  @Test func `says what is wrong with a path`() throws {
    let long = "/tmp/" + String(repeating: "x", count: 103)
    #expect(throws: OperationsFailure.pathTooLong(long, limit: 107)) { try ControlSocket.listen(path: long) }
    let missing = directory.path("no/such/relay.sock")
    #expect(throws: OperationsFailure.systemCall("bind", code: ENOENT, at: missing)) {
      try ControlSocket.listen(path: missing)
    }
    #expect(throws: OperationsFailure.systemCall("bind", code: ENOENT, at: "")) {
      try ControlSocket.listen(path: "")
    }
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"]) func `listens on loopback, and tells on which port`(
    _ address: String
  ) throws {
    let endpoint = try #require(Endpoint(address))
    let socket = try ControlSocket.listen(on: endpoint)
    guard case .loopback(let bound) = socket.address else {
      Issue.record("no loopback address")
      return
    }
    #expect(bound.address == endpoint.address)
    #expect(bound.port != 0)
    socket.close()
  }

  @Test(arguments: ["0.0.0.0:9464", "192.0.2.1:9464", "[2001:db8::1]:9464", "[::]:9464"])
  func `does not listen on the network`(_ address: String) throws {
    let endpoint = try #require(Endpoint(address))
    #expect(throws: OperationsFailure.notLoopback(address)) { try ControlSocket.listen(on: endpoint) }
  }
}
