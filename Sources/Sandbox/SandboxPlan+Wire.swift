/// What the launcher is told: the plan, less what only the parent needs, and the tools that the parent found.
struct LaunchOrder {
  var plan: SandboxPlan
  var ip: String
  var nft: String
  /// Whether the launcher connects through its own redirection and checks where it arrives.
  var verifiesRedirect = false
}

extension LaunchOrder {
  func encoded() -> [UInt8] {
    var writer = WireWriter()
    writer.write(list: plan.command) { $0.write(bytes: $1) }
    writer.write(list: plan.environment) { writer, change in
      writer.write(change.key)
      writer.write(optional: change.value) { $0.write($1) }
    }
    writer.write(list: plan.files) { writer, file in
      writer.write(file.path)
      writer.write(bytes: file.contents)
      writer.write(file.isRequired)
    }
    writer.write(list: plan.hiddenPaths) { $0.write($1) }
    writer.write(optional: plan.addresses.ipv4) { $0.write(bytes: $1.bytes) }
    writer.write(optional: plan.addresses.ipv6) { $0.write(bytes: $1.bytes) }
    writer.write(list: plan.addresses.ipv6Routes) { $0.write($1) }
    writer.write(list: plan.hostLoopbackPorts.sorted()) { $0.write($1) }
    writer.write(list: plan.ignoredSignals.sorted()) { $0.write($1) }
    writer.write(optional: plan.openFileLimit) { $0.write($1) }
    writer.write(ip)
    writer.write(nft)
    writer.write(verifiesRedirect)
    return writer.bytes
  }

  init(encoded: [UInt8]) throws(WireReader.Malformed) {
    var reader = WireReader(encoded)
    let command = try reader.list { reader throws(WireReader.Malformed) in try reader.byteString() }
    var plan = SandboxPlan(command: command)
    let changes = try reader.list { reader throws(WireReader.Malformed) in
      (
        try reader.string(),
        try reader.optional { reader throws(WireReader.Malformed) in try reader.string() }
      )
    }
    plan.environment = Dictionary(changes) { $1 }
    plan.files = try reader.list { reader throws(WireReader.Malformed) in
      ReplacedFile(
        path: try reader.string(), contents: try reader.byteString(), isRequired: try reader.flag())
    }
    plan.hiddenPaths = try reader.list { reader throws(WireReader.Malformed) in try reader.string() }
    plan.addresses.ipv4 = try reader.address()
    plan.addresses.ipv6 = try reader.address()
    plan.addresses.ipv6Routes = try reader.list { reader throws(WireReader.Malformed) in try reader.string() }
    plan.hostLoopbackPorts = Set(
      try reader.list { reader throws(WireReader.Malformed) in try reader.integer() })
    plan.ignoredSignals = Set(
      try reader.list { reader throws(WireReader.Malformed) in try reader.integer() })
    plan.openFileLimit = try reader.optional { reader throws(WireReader.Malformed) in try reader.integer() }
    self.plan = plan
    ip = try reader.string()
    nft = try reader.string()
    verifiesRedirect = try reader.flag()
  }
}

extension WireReader {
  fileprivate mutating func address() throws(Malformed) -> NetworkAddress? {
    let bytes = try optional { reader throws(Malformed) in try reader.byteString() }
    return bytes.flatMap(NetworkAddress.init(bytes:))
  }
}
