/// Reading fields by name; unknown ones are passed over.
extension SidecarFields {
  init(json bytes: [UInt8]) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(bytes)
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      if try readHeaderField(name, &scanner) { return }
      if try readPosition(name, &scanner) { return }
      if try readOpening(name, &scanner) { return }
      if try readRest(name, &scanner) { return }
      try scanner.skip()
    }
    try scanner.end()
  }

  private mutating func readHeaderField(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Bool {
    switch name {
    case "v": v = try scanner.optionalInteger()
    case "format": format = try scanner.optionalString()
    case "created": created = try scanner.optionalString()
    case "tool": tool = try scanner.optionalString()
    case "link_type": linkType = try scanner.optionalString()
    case "command": command = try scanner.optionalStrings()
    default: return false
    }
    return true
  }

  private mutating func readPosition(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Bool {
    switch name {
    case "after": after = try scanner.optionalInteger()
    case "session": session = try scanner.optionalInteger()
    case "time": time = try scanner.optionalString()
    case "packet": packet = try scanner.optionalInteger()
    case "event": event = try scanner.optionalString()
    default: return false
    }
    return true
  }

  private mutating func readOpening(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Bool {
    switch name {
    case "transport": transport = try scanner.optionalString()
    case "client": client = try scanner.optionalString()
    case "server": server = try scanner.optionalString()
    case "interception": interception = try scanner.optionalString()
    case "process": process = try scanner.optional(Process.init)
    case "continues": continues = try scanner.optional(Continuation.init)
    case "as": shown = try scanner.optional(Shown.init)
    default: return false
    }
    return true
  }

  private mutating func readRest(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Bool {
    switch name {
    case "hello": hello = try scanner.optionalString()
    case "party": party = try scanner.optionalString()
    case "tls": tls = try scanner.optional(TLS.init)
    case "reason": reason = try scanner.optionalString()
    case "detail": detail = try scanner.optionalString()
    case "direction": direction = try scanner.optionalString()
    case "bytes": byteCount = try scanner.optionalInteger()
    case "end": end = try scanner.optionalString()
    case "reset_by": resetBy = try scanner.optionalString()
    case "cause": cause = try scanner.optional(Cause.init)
    case "continued_in": continuedIn = try scanner.optionalString()
    case "client_stream": clientStream = try scanner.optional(Stream.init)
    case "server_stream": serverStream = try scanner.optional(Stream.init)
    case "packets": packetCount = try scanner.optionalInteger()
    case "events": eventCount = try scanner.optionalInteger()
    default: return false
    }
    return true
  }
}

// MARK: Nested objects

extension SidecarFields.Process {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "pid": pid = try scanner.optionalInteger()
      case "uid": uid = try scanner.integer()
      case "user": user = try scanner.optionalString()
      case "name": self.name = try scanner.optionalString()
      case "executable": executable = try scanner.optionalString()
      case "command_line": commandLine = try scanner.optionalStrings()
      case "command_line_cut": isCommandLineCut = try scanner.bool()
      case "cgroup": cgroup = try scanner.optionalString()
      case "unit": unit = try scanner.optionalString()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.Continuation {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "recording": recording = try scanner.optionalString()
      case "opened": opened = try scanner.string()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.Shown {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "client": client = try scanner.string()
      case "server": server = try scanner.string()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.TLS {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "version": version = try scanner.string()
      case "cipher": cipher = try scanner.string()
      case "alpn": alpn = try scanner.optionalString()
      case "certificates":
        try scanner.array { (scanner) throws(JSONScanner.Failure) in
          certificates.append(try SidecarFields.Certificate(&scanner))
        }
      case "certificate_errors": certificateErrors = try scanner.strings()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.Certificate {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "subject": subject = try scanner.string()
      case "issuer": issuer = try scanner.string()
      case "names": names = try scanner.strings()
      case "not_before": notBefore = try scanner.string()
      case "not_after": notAfter = try scanner.string()
      case "sha256": sha256 = try scanner.string()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.Cause {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "kind": kind = try scanner.string()
      case "party": party = try scanner.optionalString()
      case "detail": detail = try scanner.optionalString()
      default: try scanner.skip()
      }
    }
  }
}

extension SidecarFields.Stream {
  fileprivate init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.object { (name, scanner) throws(JSONScanner.Failure) in
      switch name {
      case "bytes": bytes = try scanner.integer()
      case "crc32c": crc32c = try scanner.string()
      case "packets": packets = try scanner.integer()
      default: try scanner.skip()
      }
    }
  }
}

extension JSONScanner {
  fileprivate mutating func optionalString() throws(Failure) -> String? {
    try optional { (scanner) throws(Failure) in try scanner.string() }
  }

  fileprivate mutating func optionalStrings() throws(Failure) -> [String]? {
    try optional { (scanner) throws(Failure) in try scanner.strings() }
  }

  fileprivate mutating func optionalInteger<Integer: FixedWidthInteger>() throws(Failure) -> Integer? {
    try optional { (scanner) throws(Failure) in try scanner.integer() }
  }
}
