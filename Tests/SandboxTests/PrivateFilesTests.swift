import Glibc
import Testing

@Suite struct `Private files` {
  @Test(arguments: Caller.available)
  func `replace a file, through links too, inside and nowhere else`(_ caller: Caller) throws {
    let scratch = try Scratch()
    let file = scratch.file("real", "outside\n")
    let link = scratch.link("link", to: "real")
    let result = try ProbeProcess.run(
      caller,
      script:
        "cat \(file) \(link); stat -c %a \(file); cat </dev/tcp/198.51.100.7/80 >/dev/null; ls \(scratch.path)",
      options: ["--file", "\(link)=inside\n"])
    #expect(result.output == ["inside", "inside", "444", "link", "real"])
    #expect(Scratch.contents(of: file) == "outside\n")
    #expect(!Scratch.contents(of: "/proc/self/mountinfo").contains(scratch.path))
  }

  @Test(arguments: Caller.available)
  func `replace the system's trust bundle`(_ caller: Caller) throws {
    let bundle = "/etc/ssl/certs/ca-certificates.crt"
    let result = try ProbeProcess.run(caller, ["cat", bundle], options: ["--file", "\(bundle)=merged"])
    #expect(result.output == ["merged"])
    #expect(Scratch.contents(of: bundle).contains("BEGIN CERTIFICATE"))
  }

  @Test(arguments: Caller.available)
  func `leave the command its own view of /tmp`(_ caller: Caller) throws {
    let scratch = try Scratch()
    let file = scratch.file("file", "outside")
    let result = try ProbeProcess.run(
      caller, script: "ls -d \(scratch.path); mount | grep -c 'on /tmp '",
      options: ["--file", "\(file)=inside"])
    #expect(result.output == [scratch.path, "0"])
  }

  @Test func `that are missing end the start if they are required`() throws {
    let required = try ProbeProcess.run(.ordinary, ["true"], options: ["--file", "/no/such/file=x"])
    #expect(required.status == 125)
    #expect(
      required.notes == ["error: cannot replace '/no/such/file' for the command: No such file or directory"])
    let optional = try ProbeProcess.run(.ordinary, ["true"], options: ["--optional", "/no/such/file"])
    #expect(optional.status == 0)
  }

  @Test(arguments: Caller.available)
  func `hide a socket, as if nobody listened`(_ caller: Caller) throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/socket"
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    listen(listener, 5)
    chmod(path, 0o777)
    let program = """
      import socket, errno
      try:
          socket.socket(socket.AF_UNIX).connect('\(path)')
          print('connected')
      except OSError as error:
          print(errno.errorcode[error.errno])
      """
    let seen = try ProbeProcess.run(caller, ["/usr/bin/python3", "-c", program])
    #expect(seen.output == ["connected"])
    let hidden = try ProbeProcess.run(
      caller, ["/usr/bin/python3", "-c", program], options: ["--hide", path])
    #expect(hidden.output == ["ECONNREFUSED"])
  }
}
