import CLinux
import Glibc
import LinuxSystem

/// The inner half of the sandbox: a process of its own, which makes the namespaces and supervises the command.
///
/// It has one thread, so that unshare(2) of a user namespace works and fork(2) is harmless.
public enum SandboxLauncher {
  /// The first argument of a launcher.
  public static let argument = "__sandbox"

  /// Turns this process into a launcher, and never returns, if it was started as one.
  ///
  /// Call it first in `main`: unshare(2) wants a process with a single thread.
  public static func runIfRequested() {
    guard CommandLine.argc >= 2, CommandLine.arguments[1] == argument else { return }
    guard CommandLine.argc == 4, let control = Int32(CommandLine.arguments[2]),
      let orderFile = Int32(CommandLine.arguments[3]),
      let bytes = SystemFiles.contents(of: orderFile), let order = try? LaunchOrder(encoded: bytes)
    else {
      let complaint = "\(argument) is started by the relay itself, not by hand\n"
      _ = SystemFiles.write(Array(complaint.utf8), to: STDERR_FILENO)
      exit(64)
    }
    close(orderFile)
    run(order, ControlChannel(descriptor: control))
  }

  private static func run(_ order: LaunchOrder, _ control: ControlChannel) -> Never {
    var moments = [SystemFiles.now()]
    prepareProcess(control)
    do throws(SandboxError) {
      let isPrivileged = try Namespaces.enter()
      moments.append(SystemFiles.now())
      let sockets = try makeNetwork(order, isPrivileged, &moments)
      guard control.send(.ready(try readiness(sockets, moments)), descriptors: sockets.all) else { exit(0) }
      sockets.close()
      waitForLaunch(control)
      var supervisor = Supervisor(order.plan, control, isPrivileged)
      try supervisor.run()
    } catch {
      control.send(.failed(error))
      exit(1)
    }
  }

  private static func prepareProcess(_ control: ControlChannel) {
    clinux_set_name("sandbox")
    _ = fcntl(control.descriptor, F_SETFD, FD_CLOEXEC)
    clinux_unblock_signals()
    // Ignored, it would make the kernel forget how the command ended.
    clinux_set_signal(SIGCHLD, false)
    // What the terminal sends to the whole process group is for the command; the launcher ends when the command
    // has ended, or when the relay has.
    for signal in [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2] {
      clinux_set_signal(signal, true)
    }
  }

  /// Everything from the network to the files; appends the moment at which each stage ended.
  private static func makeNetwork(
    _ order: LaunchOrder, _ isPrivileged: Bool, _ moments: inout [UInt64]
  ) throws(SandboxError) -> SandboxSockets {
    do {
      try InnerNetwork.configure(order.plan.addresses, ip: order.ip)
      moments.append(SystemFiles.now())
      let sockets = try InnerNetwork.openSockets()
      moments.append(SystemFiles.now())
      // nft takes longest, so it runs while the files are made.
      let redirection = try InnerNetwork.startRedirection(
        to: sockets, hostLoopbackPorts: order.plan.hostLoopbackPorts, nft: order.nft)
      try PrivateFiles.install(order.plan.files, hiding: order.plan.hiddenPaths)
      moments.append(SystemFiles.now())
      try redirection.finish()
      InnerNetwork.keepHalfClosedConnections(of: sockets)
      if order.verifiesRedirect { try InnerNetwork.verifyRedirection(to: sockets) }
      moments.append(SystemFiles.now())
      return sockets
    } catch {
      throw isPrivileged ? error : Namespaces.explained(error)
    }
  }

  private static func readiness(
    _ sockets: SandboxSockets, _ moments: [UInt64]
  ) throws(SandboxError) -> Readiness {
    guard let namespaces = NamespaceIdentity(pid: "self") else {
      throw .systemCall(name: "stat /proc/self/ns/net", stage: .namespaces, errno: errno)
    }
    return Readiness(
      hasTCP6: sockets.tcp6 != nil, hasDNS6: sockets.dns6 != nil, namespaces: namespaces, moments: moments)
  }

  /// Returns when the relay says so; ends when the relay has gone, or never wants the command.
  private static func waitForLaunch(_ control: ControlChannel) {
    while let message = control.receive() {
      switch try? Order(encoded: message.bytes) {
      case .launch: return
      case .terminate:
        control.send(.ended)
        exit(0)
      case .signal, nil: continue
      }
    }
    exit(0)
  }
}
