import ArgumentParser

/// Where redirected traffic arrives.
struct ListenOptions: ParsableArguments {
  @Option(parsing: .singleValue, help: .setting("listen"))
  var listen: [String] = []

  @Option(help: .setting("tcp_port"))
  var tcpPort: String?

  @Option(help: .setting("tls_port"))
  var tlsPort: String?

  @Option(help: .setting("dns_port"))
  var dnsPort: String?

  @Option(help: .setting("mark"))
  var mark: String?

  func add(to given: inout GivenFlags) {
    given.add("listen", listen)
    given.add("tcp_port", tcpPort)
    given.add("tls_port", tlsPort)
    given.add("dns_port", dnsPort)
    given.add("mark", mark)
  }
}

/// Where DNS goes.
struct DNSOptions: ParsableArguments {
  @Option(help: .setting("dns"), completion: .setting("dns"))
  var dns: String?

  @Option(parsing: .singleValue, help: .setting("nameservers"))
  var nameserver: [String] = []

  @Option(help: .setting("dns_attempts"))
  var dnsAttempts: String?

  func add(to given: inout GivenFlags) {
    given.add("dns", dns)
    given.add("nameservers", nameserver)
    given.add("dns_attempts", dnsAttempts)
  }
}

/// What is written where.
struct ServeRecordingOptions: ParsableArguments {
  @Option(
    name: [.customShort("w"), .customLong("write")], help: .setting("write"), completion: .setting("write"))
  var path: String?

  @Option(help: .setting("rotate_size"))
  var rotateSize: String?

  @Option(help: .setting("rotate_every"))
  var rotateEvery: String?

  @Option(help: .setting("max_total"))
  var maxTotal: String?

  @Option(help: .setting("on_record_failure"), completion: .setting("on_record_failure"))
  var onRecordFailure: String?

  @Option(help: .setting("link_type"), completion: .setting("link_type"))
  var linkType: String?

  @Option(help: .setting("segment_size"))
  var segmentSize: String?

  @Option(help: .setting("port_map"))
  var portMap: String?

  func add(to given: inout GivenFlags) {
    given.add("write", path)
    given.add("rotate_size", rotateSize)
    given.add("rotate_every", rotateEvery)
    given.add("max_total", maxTotal)
    given.add("on_record_failure", onRecordFailure)
    given.add("link_type", linkType)
    given.add("segment_size", segmentSize)
    given.add("port_map", portMap)
  }
}

/// How sessions are intercepted.
struct ServeInterceptionOptions: ParsableArguments {
  @Option(help: .setting("ca_directory"), completion: .setting("ca_directory"))
  var caDirectory: String?

  @Option(help: .setting("ca_cert"), completion: .setting("ca_cert"))
  var caCert: String?

  @Option(help: .setting("ca_key"), completion: .setting("ca_key"))
  var caKey: String?

  @Option(parsing: .singleValue, help: .setting("upstream_ca"), completion: .setting("upstream_ca"))
  var upstreamCA: [String] = []

  @Option(help: .setting("on_bad_certificate"), completion: .setting("on_bad_certificate"))
  var onBadCertificate: String?

  @Option(parsing: .singleValue, help: .setting("bypass"))
  var bypass: [String] = []

  func add(to given: inout GivenFlags) {
    given.add("ca_directory", caDirectory)
    given.add("ca_cert", caCert)
    given.add("ca_key", caKey)
    given.add("upstream_ca", upstreamCA)
    given.add("on_bad_certificate", onBadCertificate)
    given.add("bypass", bypass)
  }
}
