import TestSupport

/// Builds records and handshake messages of a server, and of a client behind its hello, for tests.
enum TLSBuilder {
  static let changeCipherSpec = record(20, [1])
  static let serverHelloDone = handshake(14, [])
  /// 40 bytes that nobody can read.
  static let encryptedFinished = record(22, [UInt8](repeating: 0xe5, count: 40))

  static func record(_ type: UInt8, _ fragment: [UInt8], version: UInt16 = 0x0303) -> [UInt8] {
    [type] + bigEndian(version) + vector16(fragment)
  }

  static func handshake(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type] + uint24(body.count) + body
  }

  static func applicationData(_ byteCount: Int) -> [UInt8] {
    record(23, [UInt8](repeating: 0x5a, count: byteCount))
  }

  static func alert(_ level: UInt8, _ description: UInt8) -> [UInt8] { record(21, [level, description]) }

  struct ServerHello {
    var version: UInt16 = 0x0303
    var random = [UInt8](repeating: 9, count: 32)
    var sessionID: [UInt8] = []
    var cipherSuite: UInt16 = 0xc02f
    var extensions: [(type: UInt16, data: [UInt8])] = []

    var handshake: [UInt8] {
      var body = bigEndian(version) + random + [UInt8(sessionID.count)] + sessionID
      body += bigEndian(cipherSuite) + [0]
      if !extensions.isEmpty {
        body += vector16(extensions.flatMap { bigEndian($0.type) + vector16($0.data) })
      }
      return TLSBuilder.handshake(2, body)
    }
  }

  /// The answer of TLS 1.3.
  static var serverHello13: ServerHello {
    ServerHello(
      cipherSuite: 0x1301, extensions: [(type: 43, data: [3, 4]), (type: 51, data: [0, 29, 0, 1, 7])])
  }

  /// The answer of TLS 1.2 that chooses h2.
  static var serverHello12: ServerHello {
    ServerHello(
      extensions: [
        (type: 65_281, data: [0]), (type: 16, data: vector16([2] + Array("h2".utf8))), (type: 23, data: []),
      ])
  }

  /// A Certificate message of TLS 1.2 and before.
  static func certificates(_ chain: [[UInt8]]) -> [UInt8] {
    let list = chain.flatMap { uint24($0.count) + $0 }
    return handshake(11, uint24(list.count) + list)
  }

  static func uint24(_ value: Int) -> [UInt8] {
    [UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff)]
  }

  static let retryRandom = [UInt8](
    hex: "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

  static var clientHello: HelloBuilder {
    var hello = HelloBuilder()
    hello.addServerName("example.com")
    hello.addALPN([Array("h2".utf8)])
    return hello
  }
}
