/// What `relay status` shows of the service's answer; docs/METRICS.md describes all of it.
struct StatusDocument {
  struct Listener {
    var purpose = ""
    var address = ""
  }

  struct Recording {
    var state = ""
    var failure: String?
    var file: String?
    var writtenBytes: UInt64 = 0
    var packets: UInt64 = 0
    var queuedEvents: UInt64 = 0
    var lostEvents: UInt64 = 0
    var lostBytes: UInt64 = 0
  }

  struct Admission {
    var isPaused = false
    var limit: UInt64?
    var unredirected: UInt64 = 0
    var loops: UInt64 = 0
  }

  struct Totals {
    var opened: [Count] = []
    var treatments: [Count] = []
    var streamBytes = Traffic()
    var datagramBytes = Traffic()
    var badCertificates: UInt64 = 0
    var failures: [Count] = []
    var resets: [Count] = []
  }

  /// How often something of this name happened.
  struct Count {
    var name: String
    var count: UInt64
  }

  struct Traffic {
    var client: UInt64 = 0
    var server: UInt64 = 0
  }

  struct Session {
    var id: UInt64 = 0
    var transport = ""
    var client = ""
    var server = ""
    var host: String?
    var age: Int64 = 0
    var state = ""
    var treatment: String?
    var tls: String?
    var alpn: String?
    var bytes = Traffic()
    var process: Process?
  }

  struct Process {
    var pid: Int32?
    var uid: UInt32 = 0
    var user: String?
    var name: String?
  }

  var schema: UInt64 = 0
  var version = ""
  var pid: Int32 = 0
  var started = ""
  var uptime: Int64 = 0
  var configuration: String?
  var listeners: [Listener] = []
  var recording: Recording?
  var admission = Admission()
  var totals = Totals()
  /// Of all live sessions, also of those that are not listed.
  var liveCount: UInt64 = 0
  var sessions: [Session] = []

  func opened(_ transport: String) -> UInt64 {
    totals.opened.first { $0.name == transport }?.count ?? 0
  }
}
