import Inspection
import SessionEvents

/// What names hosts, as `--host` takes it: a name or address, `*` in it standing for anything; perhaps a port.
///
///     example.com    *.example.com    10.1.*    [2001:db8::1]:8080
///
/// Case does not count, nor a final dot.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  private let host: [UInt8]
  private let port: UInt16?

  public init(_ text: String) {
    description = text
    let parts = HostAndPort(Array(text.utf8))
    host = parts.host
    port = parts.port
  }

  /// Whether the session's host is meant: its name, the name that its client asked for, or its address.
  func matches(_ summary: SessionSummary) -> Bool {
    let destination = summary.opening.originalDestination
    if let port, port != destination.port { return false }
    return matches(name: Array(summary.host.name.utf8)) || matches(name: Array("\(destination.address)".utf8))
      || summary.hello?.serverName.map { matches(name: Array($0.utf8)) } ?? false
  }

  /// Whether an exchange's host is meant: its session's, or the authority that an HTTP request names.
  func matches(_ content: Exchange.Content, _ summary: SessionSummary) -> Bool {
    if matches(summary) { return true }
    guard let authority = content.authority else { return false }
    let named = HostAndPort(authority)
    if let port, port != named.port ?? summary.opening.originalDestination.port { return false }
    return matches(name: named.host)
  }

  private func matches(name: [UInt8]) -> Bool {
    Self.matches(HostAndPort.canonical(name[...])[...], host[...])
  }

  /// Goes back to the last star where the rest does not fit, which is enough: an earlier star could do no more.
  private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var name = name
    var pattern = pattern
    var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (name, pattern)
      } else if let byte = name.first, byte == pattern.first {
        name = name.dropFirst()
        pattern = pattern.dropFirst()
      } else if name.isEmpty, pattern.isEmpty {
        return true
      } else {
        guard let last = retry, !last.name.isEmpty else { return false }
        name = last.name.dropFirst()
        pattern = last.pattern
        retry = (name, pattern)
      }
    }
  }
}

/// A host and perhaps a port: `example.com:443`, `[::1]`.
struct HostAndPort {
  /// In lower case, without brackets and without a final dot.
  var host: [UInt8]
  var port: UInt16?

  init(_ text: [UInt8]) {
    var host = text[...]
    if let colon = text.lastIndex(of: UInt8(ascii: ":")) {
      // Several colons without brackets are an IPv6 address.
      let isAlone = text.firstIndex(of: UInt8(ascii: ":")) == colon
      let isBehindBracket = colon > 0 && text[colon - 1] == UInt8(ascii: "]")
      if isAlone || isBehindBracket {
        port = UInt16(String(decoding: text[(colon + 1)...], as: UTF8.self))
        if port != nil || colon == text.count - 1 { host = text[..<colon] }
      }
    }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") { host = host.dropFirst().dropLast() }
    self.host = Self.canonical(host)
  }

  static func canonical(_ host: ArraySlice<UInt8>) -> [UInt8] {
    var host = host.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    if host.count > 1, host.last == UInt8(ascii: ".") { host.removeLast() }
    return host
  }
}
