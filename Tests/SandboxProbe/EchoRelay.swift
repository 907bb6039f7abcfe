import Attribution
import Glibc
import Sandbox
import SessionEvents

/// Tells each client where it wanted to go, and who the relay thinks it is.
final class EchoRelay {
  private let sockets: SandboxSockets
  private let processes: SandboxProcesses
  /// The CPU time of each search for an owner, in nanoseconds.
  private(set) var searchTimes: [Int] = []

  init(_ sockets: SandboxSockets, supervisorPID: Int32) {
    self.sockets = sockets
    processes = SandboxProcesses(diagnostics: sockets.diagnostics, supervisorPID: supervisorPID)
  }

  /// Serves what has arrived, waiting for it; true when `event` is readable.
  func serve(until event: Int32) -> Bool {
    let descriptors = [event, sockets.tcp4, sockets.dns4, sockets.tcp6 ?? -1, sockets.dns6 ?? -1]
    var sources = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&sources, nfds_t(sources.count), -1)
    let isReady = sources.map { $0.revents != 0 }
    if isReady[1] { answerConnection(sockets.tcp4, AF_INET) }
    if isReady[2] { answerDatagram(sockets.dns4, AF_INET) }
    if isReady[3] { answerConnection(descriptors[3], AF_INET6) }
    if isReady[4] { answerDatagram(descriptors[4], AF_INET6) }
    return isReady[0]
  }

  private func answerConnection(_ listener: Int32, _ family: Int32) {
    var storage = [UInt8](repeating: 0, count: 128)
    var length = socklen_t(storage.count)
    let connection = storage.withUnsafeMutableBytes { bytes in
      accept(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    guard connection >= 0, let client = SocketEnd(socketAddress: storage) else { return }
    defer { close(connection) }
    guard let goal = SocketEnd.originalDestination(of: connection, family: family) else { return }
    let text = Array("to \(goal) from \(client.address) by \(name(.tcp, client, goal))\n".utf8)
    _ = write(connection, text, text.count)
  }

  /// The ancillary data goes back as it came: in it is the address that was asked, and answers.
  private func answerDatagram(_ socket: Int32, _ family: Int32) {
    var storage = [UInt8](repeating: 0, count: 128)
    var payload = [UInt8](repeating: 0, count: 2000)
    var control = [UInt8](repeating: 0, count: 256)
    payload.withUnsafeMutableBytes { payload in
      control.withUnsafeMutableBytes { control in
        storage.withUnsafeMutableBytes { name in
          var part = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
          withUnsafeMutablePointer(to: &part) { part in
            var message = msghdr()
            message.msg_name = name.baseAddress
            message.msg_namelen = socklen_t(name.count)
            message.msg_iov = part
            message.msg_iovlen = 1
            message.msg_control = control.baseAddress
            message.msg_controllen = control.count
            guard recvmsg(socket, &message, 0) > 0 else { return }
            var text = answer(message, storage: name, family)
            text.withUnsafeMutableBytes { text in
              part.pointee = iovec(iov_base: text.baseAddress, iov_len: text.count)
              sendmsg(socket, &message, 0)
            }
          }
        }
      }
    }
  }

  private func answer(_ message: msghdr, storage: UnsafeMutableRawBufferPointer, _ family: Int32) -> [UInt8] {
    let control = UnsafeRawBufferPointer(start: message.msg_control, count: Int(message.msg_controllen))
    // cmsghdr is 16 bytes; then in_pktinfo: index, local address, destination; in6_pktinfo: destination, index.
    let address = family == AF_INET ? control[24..<28] : control[16..<32]
    guard let destination = NetworkAddress(bytes: Array(address)),
      let client = SocketEnd(socketAddress: Array(storage))
    else { return [] }
    let goal = SocketEnd(address: destination, port: 53)
    return Array("to \(goal) from \(client.address) by \(name(.udp, client, goal))".utf8)
  }

  private static func cpuTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private func name(_ transport: TransportProtocol, _ client: SocketEnd, _ goal: SocketEnd) -> String {
    guard let client = Endpoint("\(client)"), let goal = Endpoint("\(goal)") else { return "nobody" }
    let beginning = Self.cpuTime()
    let process = processes.process(transport: transport, client: client, originalDestination: goal)
    searchTimes.append(Self.cpuTime() - beginning)
    guard let process, let pid = process.pid else { return "unknown" }
    return "\(pid) \(process.name ?? "-") \(process.uid) \(process.executable ?? "-")"
  }
}
