/// A sandbox, from its making to the end of everything in it.
///
/// Dropping it kills whatever still runs inside. Its functions may be called from any thread; `nextEvent` from one
/// at a time.
public final class RunningSandbox: Sendable {
  /// Makes the sandbox, and returns when its sockets listen; the command is not launched yet.
  public static func start(_ plan: SandboxPlan) throws(SandboxError) -> RunningSandbox {
    throw .launcherLost(stage: .spawn)
  }

  /// Takes the sockets, which the caller owns from now on; nil the second time.
  public func takeSockets() -> SandboxSockets? { nil }

  /// Starts the command; returns its process id once exec succeeded.
  public func launchCommand() throws(SandboxError) -> Int32 { throw .launcherLost(stage: .command) }

  /// Waits for what happens next.
  ///
  /// After the last event it returns that event again.
  public func nextEvent() -> SandboxEvent { .ended }

  /// Readable when `nextEvent` would not wait; owned by the sandbox.
  public var eventDescriptor: Int32 { -1 }

  /// Sends a signal to the command, if it still runs.
  public func send(signal: Int32) {}

  /// Sends SIGTERM to all that runs in the sandbox, and SIGKILL to what is left after `graceMilliseconds`.
  public func terminateRemaining(graceMilliseconds: UInt32) {}

  /// The launcher, which supervises the sandbox: the root of its process tree.
  public var supervisorPID: Int32 { 0 }

  /// How long each stage of the start took, in nanoseconds.
  public var startupTimes: [SandboxStage: UInt64] { [:] }

  private init() {}
}
