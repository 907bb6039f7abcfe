/// The JSON form of every sidecar line: the union of their fields, so that one pass reads any of them.
struct SidecarFields {
  var v: Int?
  var format: String?
  var created: String?
  var tool: String?
  var linkType: String?
  var command: [String]?

  var after: UInt64?
  var session: UInt64?
  var time: String?
  var packet: UInt64?
  var event: String?

  var transport: String?
  var client: String?
  var server: String?
  var interception: String?
  var process: Process?
  var continues: Continuation?
  var shown: Shown?
  var hello: String?
  var party: String?
  var tls: TLS?
  var reason: String?
  var detail: String?
  var direction: String?
  var byteCount: UInt64?
  var end: String?
  var resetBy: String?
  var cause: Cause?
  var continuedIn: String?
  var clientStream: Stream?
  var serverStream: Stream?
  var packetCount: UInt64?
  var eventCount: UInt64?

  struct Continuation {
    var recording: String?
    var opened: String?
  }

  struct Shown {
    var client: String?
    var server: String?
  }

  struct TLS {
    var version: String?
    var cipher: String?
    var alpn: String?
    var certificates: [Certificate] = []
    var certificateErrors: [String] = []
  }

  struct Certificate {
    var subject: String?
    var issuer: String?
    var names: [String] = []
    var notBefore: String?
    var notAfter: String?
    var sha256: String?
  }

  struct Process {
    var pid: Int32?
    var uid: UInt32?
    var user: String?
    var name: String?
    var executable: String?
    var commandLine: [String]?
    var isCommandLineCut: Bool?
    var cgroup: String?
    var unit: String?
  }

  struct Cause {
    var kind: String?
    var party: String?
    var detail: String?
  }

  struct Stream {
    var bytes: UInt64?
    var crc32c: String?
    var packets: UInt64?
  }
}
