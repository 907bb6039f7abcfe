import CaptureFile

private typealias Failure = JSONScanner.Failure

extension StatusDocument {
  /// Reads the service's answer; nil where it is none, or of another version.
  ///
  /// Fields of names that are not known are passed over.
  init?(json: [UInt8]) {
    var scanner = JSONScanner(json)
    do throws(JSONScanner.Failure) {
      try scanner.object { (name, scanner) throws(JSONScanner.Failure) in try read(name, &scanner) }
      try scanner.end()
    } catch {
      return nil
    }
    guard schema == 1 else { return nil }
  }

  private mutating func read(_ name: String, _ scanner: inout JSONScanner) throws(Failure) {
    switch name {
    case "v": schema = try scanner.integer()
    case "version": version = try scanner.string()
    case "pid": pid = try scanner.integer()
    case "started": started = try scanner.string()
    case "uptime": uptime = try scanner.integer()
    case "configuration": configuration = try scanner.optionalString()
    case "listeners": listeners = try scanner.list(Listener.init)
    case "recording": recording = try scanner.optional(Recording.init)
    case "admission": admission = try Admission(&scanner)
    case "totals": totals = try Totals(&scanner)
    case "live": liveCount = try scanner.integer()
    case "sessions": sessions = try scanner.list(Session.init)
    default: try scanner.skip()
    }
  }
}

extension StatusDocument.Listener {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "purpose": purpose = try scanner.string()
      case "address": address = try scanner.string()
      default: try scanner.skip()
      }
    }
  }
}

extension StatusDocument.Recording {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "state": state = try scanner.string()
      case "failure": failure = try scanner.optionalString()
      case "file": file = try scanner.optionalString()
      case "written_bytes": writtenBytes = try scanner.integer()
      case "packets": packets = try scanner.integer()
      case "queued_events": queuedEvents = try scanner.integer()
      case "lost_events": lostEvents = try scanner.integer()
      case "lost_bytes": lostBytes = try scanner.integer()
      default: try scanner.skip()
      }
    }
  }
}

extension StatusDocument.Admission {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "paused": isPaused = try scanner.bool()
      case "limit": limit = try scanner.optionalInteger()
      case "unredirected": unredirected = try scanner.integer()
      case "loops": loops = try scanner.integer()
      default: try scanner.skip()
      }
    }
  }
}

extension StatusDocument.Totals {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "opened": opened = try scanner.counts()
      case "treatments": treatments = try scanner.counts()
      case "stream_bytes": streamBytes = try StatusDocument.Traffic(&scanner)
      case "datagram_bytes": datagramBytes = try StatusDocument.Traffic(&scanner)
      case "bad_certificates": badCertificates = try scanner.integer()
      case "failures": failures = try scanner.counts()
      case "resets": resets = try scanner.counts()
      default: try scanner.skip()
      }
    }
  }
}

extension StatusDocument.Traffic {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    for count in try scanner.counts() {
      switch count.name {
      case "client": client = count.count
      case "server": server = count.count
      default: break
      }
    }
  }
}

extension StatusDocument.Session {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "session": id = try scanner.integer()
      case "transport": transport = try scanner.string()
      case "client": client = try scanner.string()
      case "server": server = try scanner.string()
      case "host": host = try scanner.optionalString()
      case "age": age = try scanner.integer()
      case "state": state = try scanner.string()
      case "treatment": treatment = try scanner.optionalString()
      case "tls": tls = try scanner.optionalString()
      case "alpn": alpn = try scanner.optionalString()
      case "client_bytes": bytes.client = try scanner.integer()
      case "server_bytes": bytes.server = try scanner.integer()
      case "process": process = try scanner.optional(StatusDocument.Process.init)
      default: try scanner.skip()
      }
    }
  }
}

extension StatusDocument.Process {
  fileprivate init(_ scanner: inout JSONScanner) throws(Failure) {
    try scanner.object { (name, scanner) throws(Failure) in
      switch name {
      case "pid": pid = try scanner.optionalInteger()
      case "uid": uid = try scanner.integer()
      case "user": user = try scanner.optionalString()
      case "name": self.name = try scanner.optionalString()
      default: try scanner.skip()
      }
    }
  }
}

extension JSONScanner {
  fileprivate mutating func optionalString() throws(Failure) -> String? {
    try optional { (scanner) throws(Failure) in try scanner.string() }
  }

  fileprivate mutating func optionalInteger<Integer: FixedWidthInteger>() throws(Failure) -> Integer? {
    try optional { (scanner) throws(Failure) in try scanner.integer() }
  }

  fileprivate mutating func list<Element>(
    _ read: (inout JSONScanner) throws(Failure) -> Element
  ) throws(Failure) -> [Element] {
    var elements: [Element] = []
    try array { (scanner) throws(Failure) in elements.append(try read(&scanner)) }
    return elements
  }

  /// An object of numbers.
  fileprivate mutating func counts() throws(Failure) -> [StatusDocument.Count] {
    var counts: [StatusDocument.Count] = []
    try object { (name, scanner) throws(Failure) in
      counts.append(StatusDocument.Count(name: name, count: try scanner.integer()))
    }
    return counts
  }
}
