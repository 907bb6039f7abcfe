/// An address and a port: one end of a session.
public struct Endpoint: Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: LosslessStringConvertible, ASCIIText {
  /// `ADDR:PORT`, IPv6 in brackets.
  public var description: String { asciiDescription }

  public func write(into text: inout [UInt8]) {
    if !address.isIPv4 { text.append(UInt8(ascii: "[")) }
    address.write(into: &text)
    if !address.isIPv4 { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text.append(decimal: UInt64(port))
  }

  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let portText = text[text.index(after: colon)...]
    var addressText = text[..<colon]
    let bracketed = addressText.first == "[" && addressText.last == "]"
    if bracketed { addressText = addressText.dropFirst().dropLast() }
    guard let address = IPAddress(String(addressText)), address.isIPv4 != bracketed,
      portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(portText)
    else { return nil }
    self.init(address: address, port: port)
  }
}
