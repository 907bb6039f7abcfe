/// What names methods, as `--method` takes it: HTTP's, the verbs of commands, the opcodes of DNS.
///
/// Case does not count.
public struct MethodPattern: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  private let name: [UInt8]

  public init(_ text: String) {
    description = text
    name = Self.uppercased(Array(text.utf8))
  }

  func matches(_ method: [UInt8]?) -> Bool {
    guard let method, method.count == name.count else { return false }
    return Self.uppercased(method) == name
  }

  private static func uppercased(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x61...0x7a).contains($0) ? $0 & 0xdf : $0 }
  }
}
