import SessionEvents

extension ValueSyntax where Value == IPAddress {
  static let address = ValueSyntax(
    "an IPv4 or IPv6 address",
    read: { (text) throws(UnfitValue) in
      if let address = IPAddress(text) { return address }
      guard Endpoint(text) == nil else {
        throw UnfitValue("'\(text)' is not an address alone: its port is set elsewhere")
      }
      throw UnfitValue("'\(text)' is not an IPv4 or IPv6 address")
    },
    text: \.description)
}

extension ValueSyntax where Value == Endpoint {
  private static let form = "ADDR or ADDR:PORT, IPv6 with a port in brackets"

  /// `ADDR` with port 53, or `ADDR:PORT`.
  static let nameserver = ValueSyntax(
    form,
    parse: { text in
      if let address = IPAddress(text) { return Endpoint(address: address, port: 53) }
      let endpoint = Endpoint(text) ?? Endpoint("\(text):53")
      return endpoint.flatMap { $0.port > 0 ? $0 : nil }
    },
    text: { $0.port == 53 ? $0.address.description : $0.description })
}

extension ValueSyntax where Value == MetricsPlace {
  static let metrics = ValueSyntax(
    "the absolute path of a socket or a loopback ADDR:PORT",
    read: { (text) throws(UnfitValue) in
      if text.hasPrefix("/") { return .unixSocket(try ValueSyntax<String>.socketPath.read(text)) }
      guard let endpoint = Endpoint(text), endpoint.port > 0 else {
        throw UnfitValue("'\(text)' is not the absolute path of a socket or a loopback ADDR:PORT")
      }
      guard endpoint.address.isLoopback else {
        throw UnfitValue("'\(text)' is not a loopback address: metrics are not shown to the network")
      }
      return .loopback(endpoint)
    },
    text: { place in
      switch place {
      case .unixSocket(let path): path
      case .loopback(let endpoint): endpoint.description
      }
    })
}

extension ValueSyntax where Value == [UInt16: UInt16] {
  /// `443:80,853:53`, or nothing.
  static let portMap = ValueSyntax(
    "pairs FROM:TO of ports, as 443:80,853:53",
    read: { (text) throws(UnfitValue) in
      var map: [UInt16: UInt16] = [:]
      for pair in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
        let ports = pair.split(separator: ":", omittingEmptySubsequences: false).map {
          UInt16(decimal: $0) ?? 0
        }
        guard ports.count == 2, !ports.contains(0) else {
          throw UnfitValue("'\(pair)' is not a pair FROM:TO of ports, as 443:80")
        }
        guard map.updateValue(ports[1], forKey: ports[0]) == nil else {
          throw UnfitValue("'\(text)' maps port \(ports[0]) twice")
        }
      }
      return map
    },
    text: { $0.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",") })
}
