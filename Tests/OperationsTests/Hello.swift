/// A ClientHello handshake message that asks for a name, and says nothing else (RFC 8446 §4.1.2, RFC 6066 §3).
func clientHello(for name: String) -> [UInt8] {
  let entry = [0] + prefixed(Array(name.utf8))
  let extensions = prefixed([0, 0] + prefixed(prefixed(entry)))
  let body = [3, 3] + [UInt8](repeating: 0, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0] + extensions
  return [1, UInt8(body.count >> 16), UInt8(body.count >> 8 & 0xff), UInt8(body.count & 0xff)] + body
}

private func prefixed(_ bytes: [UInt8]) -> [UInt8] {
  [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
}
