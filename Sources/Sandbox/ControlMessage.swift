/// What the parent tells the launcher.
enum Order: Hashable {
  case launch
  case signal(Int32)
  case terminate(graceMilliseconds: UInt32)
}

/// What the launcher tells the parent.
enum Report: Hashable {
  /// The sandbox stands; the descriptors of its sockets come along.
  case ready(Readiness)
  case failed(SandboxError)
  case commandStarted(pid: Int32)
  case commandEnded(word: Int32, remaining: [SandboxProcess])
  case ended
}

/// The facts of a sandbox that stands.
struct Readiness: Hashable {
  var hasTCP6: Bool
  var hasDNS6: Bool
  /// The network and the mount namespace, by inode number.
  var namespaces: NamespaceIdentity
  /// CLOCK_MONOTONIC at the start of the launcher, and then at the end of each stage from `namespaces` to `nat`.
  var moments: [UInt64]
}

/// Which namespaces are the sandbox's: the inode numbers of its /proc/PID/ns/net and /proc/PID/ns/mnt.
struct NamespaceIdentity: Hashable {
  var network: UInt64
  var mounts: UInt64
}

/// The longest message, in bytes: the list of remaining processes is cut to fit.
let maximumMessage = 16_384

extension Order {
  func encoded() -> [UInt8] {
    var writer = WireWriter()
    switch self {
    case .launch:
      writer.write(0 as UInt8)
    case .signal(let signal):
      writer.write(1 as UInt8)
      writer.write(signal)
    case .terminate(let graceMilliseconds):
      writer.write(2 as UInt8)
      writer.write(graceMilliseconds)
    }
    return writer.bytes
  }

  init(encoded: [UInt8]) throws(WireReader.Malformed) {
    var reader = WireReader(encoded)
    switch try reader.integer(UInt8.self) {
    case 0: self = .launch
    case 1: self = .signal(try reader.integer())
    case 2: self = .terminate(graceMilliseconds: try reader.integer())
    default: throw WireReader.Malformed()
    }
  }
}

extension Report {
  func encoded() -> [UInt8] {
    var writer = WireWriter()
    switch self {
    case .ready(let readiness):
      writer.write(0 as UInt8)
      writer.write(readiness.hasTCP6)
      writer.write(readiness.hasDNS6)
      writer.write(readiness.namespaces.network)
      writer.write(readiness.namespaces.mounts)
      writer.write(list: readiness.moments) { $0.write($1) }
    case .failed(let error):
      writer.write(1 as UInt8)
      error.write(to: &writer)
    case .commandStarted(let pid):
      writer.write(2 as UInt8)
      writer.write(pid)
    case .commandEnded(let word, let remaining):
      writer.write(3 as UInt8)
      writer.write(word)
      writer.write(list: remaining.prefix(500)) { writer, process in
        writer.write(process.pid)
        writer.write(process.name)
      }
    case .ended:
      writer.write(4 as UInt8)
    }
    return writer.bytes
  }

  init(encoded: [UInt8]) throws(WireReader.Malformed) {
    var reader = WireReader(encoded)
    switch try reader.integer(UInt8.self) {
    case 0:
      self = .ready(
        Readiness(
          hasTCP6: try reader.flag(), hasDNS6: try reader.flag(),
          namespaces: NamespaceIdentity(network: try reader.integer(), mounts: try reader.integer()),
          moments: try reader.list { reader throws(WireReader.Malformed) in try reader.integer() }))
    case 1: self = .failed(try SandboxError(from: &reader))
    case 2: self = .commandStarted(pid: try reader.integer())
    case 3:
      self = .commandEnded(
        word: try reader.integer(),
        remaining: try reader.list { reader throws(WireReader.Malformed) in
          SandboxProcess(pid: try reader.integer(), name: try reader.string())
        })
    case 4: self = .ended
    default: throw WireReader.Malformed()
    }
  }
}
