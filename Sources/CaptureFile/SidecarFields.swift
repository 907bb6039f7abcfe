/// The JSON form of every sidecar line: the union of their fields, so that one pass decodes any of them.
struct SidecarFields: Decodable {
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
  var clientStream: Stream?
  var serverStream: Stream?
  var packetCount: UInt64?
  var eventCount: UInt64?

  enum CodingKeys: String, CodingKey {
    case v
    case format
    case created
    case tool
    case linkType = "link_type"
    case command
    case after
    case session
    case time
    case packet
    case event
    case transport
    case client
    case server
    case interception
    case process
    case shown = "as"
    case hello
    case party
    case tls
    case reason
    case detail
    case direction
    case byteCount = "bytes"
    case end
    case resetBy = "reset_by"
    case cause
    case clientStream = "client_stream"
    case serverStream = "server_stream"
    case packetCount = "packets"
    case eventCount = "events"
  }

  struct Process: Decodable {
    var pid: Int32
    var uid: UInt32
    var name: String
    var executable: String?
  }

  struct Shown: Decodable {
    var client: String
    var server: String
  }

  struct TLS: Decodable {
    var version: String
    var cipher: String
    var alpn: String?
    var certificates: [Certificate]?
    var certificateErrors: [String]?

    enum CodingKeys: String, CodingKey {
      case version
      case cipher
      case alpn
      case certificates
      case certificateErrors = "certificate_errors"
    }
  }

  struct Certificate: Decodable {
    var subject: String
    var issuer: String
    var names: [String]
    var notBefore: String
    var notAfter: String
    var sha256: String

    enum CodingKeys: String, CodingKey {
      case subject
      case issuer
      case names
      case notBefore = "not_before"
      case notAfter = "not_after"
      case sha256
    }
  }

  struct Cause: Decodable {
    var kind: String
    var party: String?
    var detail: String?
  }

  struct Stream: Decodable {
    var bytes: UInt64
    var crc32c: String
    var packets: UInt64
  }
}
