extension SandboxError {
  func write(to writer: inout WireWriter) {
    switch self {
    case .userNamespacesForbidden(let code, let ban):
      writer.write(0 as UInt8)
      writer.write(code)
      writer.write(ban.rawValue)
    case .toolMissing(let tool, let package):
      writer.write(1 as UInt8)
      writer.write(tool)
      writer.write(package)
    case .toolFailed(let tool, let stage, let status, let message):
      writer.write(2 as UInt8)
      writer.write(tool)
      writer.write(stage.rawValue)
      writer.write(status)
      writer.write(message)
    case .systemCall(let name, let stage, let code):
      writer.write(3 as UInt8)
      writer.write(name)
      writer.write(stage.rawValue)
      writer.write(code)
    case .fileMissing(let path, let code):
      writer.write(4 as UInt8)
      writer.write(path)
      writer.write(code)
    case .launcherLost(let stage):
      writer.write(5 as UInt8)
      writer.write(stage.rawValue)
    case .commandNotStarted(let command, let code):
      writer.write(6 as UInt8)
      writer.write(command)
      writer.write(code)
    }
  }

  init(from reader: inout WireReader) throws(WireReader.Malformed) {
    switch try reader.integer(UInt8.self) {
    case 0:
      let code: Int32 = try reader.integer()
      guard let ban = UserNamespaceBan(rawValue: try reader.integer()) else { throw WireReader.Malformed() }
      self = .userNamespacesForbidden(errno: code, ban: ban)
    case 1: self = .toolMissing(tool: try reader.string(), package: try reader.string())
    case 2:
      self = .toolFailed(
        tool: try reader.string(), stage: try reader.stage(), status: try reader.integer(),
        message: try reader.string())
    case 3:
      self = .systemCall(name: try reader.string(), stage: try reader.stage(), errno: try reader.integer())
    case 4: self = .fileMissing(path: try reader.string(), errno: try reader.integer())
    case 5: self = .launcherLost(stage: try reader.stage())
    case 6: self = .commandNotStarted(command: try reader.string(), errno: try reader.integer())
    default: throw WireReader.Malformed()
    }
  }
}

extension WireReader {
  fileprivate mutating func stage() throws(Malformed) -> SandboxStage {
    guard let stage = SandboxStage(rawValue: try integer()) else { throw Malformed() }
    return stage
  }
}
