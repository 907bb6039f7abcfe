import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct `A running sandbox` {
  private func start(_ command: [String]) throws -> RunningSandbox {
    var plan = SandboxPlan(command: command)
    plan.launcherPath = try ProbeBinary.shared.get().path
    return try RunningSandbox.start(plan)
  }

  @Test func `gives its sockets away once`() throws {
    let sandbox = try start(["true"])
    let sockets = try #require(sandbox.takeSockets())
    #expect(sandbox.takeSockets() == nil)
    for socket in sockets.all {
      #expect(fcntl(socket, F_GETFD) == FD_CLOEXEC)
      if socket != sockets.diagnostics { #expect(fcntl(socket, F_GETFL) & O_NONBLOCK != 0) }
    }
    sockets.close()
  }

  @Test func `measures every stage of its start`() throws {
    let sandbox = try start(["true"])
    #expect(Set(sandbox.startupTimes.keys) == [.spawn, .namespaces, .network, .sockets, .files, .nat])
  }

  @Test func `tells of the command's end, and then always of its own`() throws {
    let sandbox = try start(["sh", "-c", "exit 4"])
    _ = try sandbox.launchCommand()
    #expect(sandbox.nextEvent() == .commandEnded(.exited(4), remaining: []))
    #expect(sandbox.nextEvent() == .ended)
    #expect(sandbox.nextEvent() == .ended)
  }

  @Test func `has nothing more to tell when the command could not be started`() throws {
    let sandbox = try start(["/no/such/command"])
    #expect(throws: SandboxError.commandNotStarted(command: "/no/such/command", errno: ENOENT)) {
      try sandbox.launchCommand()
    }
    #expect(sandbox.nextEvent() == .ended)
  }

  @Test func `can be ended before the launch`() throws {
    let sandbox = try start(["true"])
    sandbox.terminateRemaining(graceMilliseconds: 1000)
    #expect(sandbox.nextEvent() == .ended)
  }

  @Test func `takes everything with it when it is dropped`() throws {
    var pids: [Int32] = []
    do {
      let sandbox = try start(["bash", "-c", "trap '' TERM HUP INT; setsid sleep 1000 & exec sleep 1000"])
      pids = [sandbox.supervisorPID, try sandbox.launchCommand()]
      pids += ProcessTable.fastDescendants(of: sandbox.supervisorPID)
      #expect(pids.allSatisfy { kill($0, 0) == 0 })
    }
    #expect(pids.allSatisfy { kill($0, 0) == -1 && errno == ESRCH })
  }

  @Test func `refuses a launcher that is none`() {
    var plan = SandboxPlan(command: ["true"])
    plan.launcherPath = "/no/such/launcher"
    #expect(
      throws: SandboxError.systemCall(name: "posix_spawn /no/such/launcher", stage: .spawn, errno: ENOENT)
    ) { try RunningSandbox.start(plan) }
    plan.launcherPath = "/bin/true"
    #expect(throws: SandboxError.launcherLost(stage: .spawn)) { try RunningSandbox.start(plan) }
  }
}
