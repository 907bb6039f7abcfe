/// Builds ClientHello messages for tests.
struct HelloBuilder {
  var legacyVersion: UInt16 = 0x0303
  var cipherSuites: [UInt16] = [0x1301]
  var compressionMethods: [UInt8] = [0]
  var extensions: [(type: UInt16, data: [UInt8])] = []

  mutating func add(_ type: UInt16, _ data: [UInt8] = []) {
    extensions.append((type, data))
  }

  mutating func addServerName(_ name: String) {
    add(0, vector16([0] + vector16(Array(name.utf8))))
  }

  mutating func addALPN(_ ids: [[UInt8]]) {
    add(16, vector16(ids.flatMap { [UInt8($0.count)] + $0 }))
  }

  mutating func addList16(_ type: UInt16, _ values: [UInt16]) {
    add(type, vector16(values.flatMap(bigEndian)))
  }

  /// The handshake message, type and length included.
  var handshake: [UInt8] {
    var body = bigEndian(legacyVersion) + [UInt8](repeating: 7, count: 32) + [0]
    body += vector16(cipherSuites.flatMap(bigEndian))
    body += [UInt8(compressionMethods.count)] + compressionMethods
    if !extensions.isEmpty { body += vector16(extensions.flatMap { bigEndian($0.type) + vector16($0.data) }) }
    return [1, 0] + bigEndian(UInt16(body.count)) + body
  }

  /// The message in records of at most `fragment` bytes.
  func records(fragment: Int = 16_384) -> [UInt8] {
    let message = handshake
    return stride(from: 0, to: message.count, by: fragment).flatMap { start in
      [22, 3, 1] + vector16(Array(message[start..<min(message.count, start + fragment)]))
    }
  }
}

func bigEndian(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

func vector16(_ bytes: [UInt8]) -> [UInt8] { bigEndian(UInt16(bytes.count)) + bytes }
