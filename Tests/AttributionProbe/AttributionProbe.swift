import Attribution
import Glibc
import LinuxSystem
import SessionEvents

/// A server that says of each connection whose it is, and what finding that out cost.
///
/// For tests, which need it as another user, and for `tools/bench attribution`. Its first line is the port on which it
/// listens, on 127.0.0.1; then comes a line for each connection: CPU nanoseconds of the look-up, uid, user, pid, name,
/// executable, the last argument. It ends when its standard input does, and answers just enough HTTP for curl.
@main
enum AttributionProbe {
  static func main() {
    do throws(SystemCallFailure) {
      let processes = try HostProcesses()
      let listener = try listen()
      signal(SIGPIPE, SIG_IGN)
      serve(listener, processes)
    } catch {
      fail("\(error)")
    }
  }

  private static func listen() throws(SystemCallFailure) -> Int32 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let isBound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, Glibc.listen(listener, 1_024) == 0 else { throw SystemCallFailure("listen") }
    return listener
  }

  private static func serve(_ listener: Int32, _ processes: HostProcesses) {
    guard let port = endpoint(of: listener, getsockname)?.port else { fail("getsockname") }
    say("\(port)")
    while true {
      var sources = [STDIN_FILENO, listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&sources, nfds_t(sources.count), -1)
      guard sources[0].revents == 0 else { return }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { fail("accept") }
      tell(of: connection, processes)
      let answer = Array("HTTP/1.0 200 OK\r\n\r\n".utf8)
      _ = write(connection, answer, answer.count)
      shutdown(connection, Int32(SHUT_WR))
      // Until the client has closed too, lest its request meets a reset.
      var request = [UInt8](repeating: 0, count: 4_096)
      while read(connection, &request, request.count) > 0 {}
      close(connection)
    }
  }

  private static func tell(of connection: Int32, _ processes: HostProcesses) {
    guard let client = endpoint(of: connection, getpeername),
      let server = endpoint(of: connection, getsockname)
    else { return say("0 gone") }
    let beginning = cpuTime()
    let process = processes.process(transport: .tcp, client: client, originalDestination: server)
    let spent = cpuTime() - beginning
    guard let process else { return say("\(spent) unknown") }
    let pid = process.pid.map { "\($0)" }
    let words = [
      "\(process.uid)", process.user, pid, process.name, process.executable, process.commandLine?.last,
    ]
    say("\(spent) \(words.map { $0 ?? "-" }.joined(separator: " "))")
  }

  private static func endpoint(
    of socket: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> Endpoint? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(socket, $0, &length) }
    }
    guard result == 0 else { return nil }
    return Endpoint(
      address: .v4(UInt32(bigEndian: address.sin_addr.s_addr)), port: UInt16(bigEndian: address.sin_port))
  }

  /// Of this thread, in nanoseconds.
  private static func cpuTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }

  private static func fail(_ what: String) -> Never {
    let line = Array("AttributionProbe: \(what)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
  }
}
