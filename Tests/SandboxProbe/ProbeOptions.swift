import Glibc
import LinuxSystem
import Sandbox

/// What the tests tell the probe.
struct ProbeOptions {
  var plan: SandboxPlan
  /// How long those that the command leaves behind have to end; nil leaves them alone.
  var grace: UInt32?
  /// Sent to the command after it was first served.
  var signal: Int32?
  /// Everything is terminated after it was first served, with this many milliseconds of grace.
  var terminationGrace: UInt32?
  var showsTimes = false
  private var pausePoint: String?

  /// Pairs of an option and its value, then `--` and the command.
  init(_ arguments: [String]) {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    plan = SandboxPlan(command: CallerEnvironment.lastArguments(arguments[end...].dropFirst().count))
    plan.ignoredSignals = CallerEnvironment.ignoredSignals()
    plan.addresses = .detect()
    var rest = arguments[..<end]
    while let name = rest.popFirst(), let value = rest.popFirst() { take(name, value) }
  }

  private mutating func take(_ name: String, _ value: String) {
    let parts = value.split(separator: "=", maxSplits: 1).map(String.init)
    switch name {
    case "--host-loopback": plan.hostLoopbackPorts.formUnion(UInt16(value).map { [$0] } ?? [])
    case "--file": plan.files.append(ReplacedFile(path: parts[0], contents: Array(parts[1].utf8)))
    case "--hide": plan.hiddenPaths.append(value)
    case "--env": plan.environment.updateValue(parts.count > 1 ? parts[1] : nil, forKey: parts[0])
    case "--ipv4": plan.addresses.ipv4 = NetworkAddress(value)
    case "--ipv6": plan.addresses.ipv6 = NetworkAddress(value)
    case "--route6": plan.addresses.ipv6Routes = value.isEmpty ? [] : [value]
    case "--limit": plan.openFileLimit = UInt64(value)
    case "--grace": grace = UInt32(value)
    case "--signal": signal = Int32(value)
    case "--terminate": terminationGrace = UInt32(value)
    case "--optional": plan.files.append(ReplacedFile(path: value, contents: [], isRequired: false))
    case "--tools": plan.tools = ToolSearch(directories: [value])
    case "--times": showsTimes = true
    case "--pause": pausePoint = value
    default: SandboxProbe.note("unknown option \(name)")
    }
  }

  /// Says that the point is reached, and waits to be killed there.
  func pause(at point: String) {
    guard pausePoint == point else { return }
    SandboxProbe.note("at \(point)")
    while true { Glibc.pause() }
  }
}
