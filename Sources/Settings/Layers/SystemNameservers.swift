import SessionEvents

/// The nameservers that the machine itself would ask.
package struct SystemNameservers: Sendable {
  package static let files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]

  let files: [String]

  /// Sets the nameservers where they are wanted and nobody named any.
  func fill(_ loaded: inout LoadedSettings, _ problems: inout [SettingProblem]) {
    guard loaded.settings.dns.destination == .nameservers, loaded.settings.dns.nameservers.isEmpty else {
      return
    }
    if let found = find() {
      loaded.settings.dns.nameservers = found.nameservers
      loaded.origins["nameservers"] = .standard(because: "from \(found.file)")
    } else {
      problems.append(
        SettingProblem(
          .standard(because: files.first), "no nameserver stands there: set nameservers, or dns: original"))
    }
  }

  /// Those of the first file that names another machine, or else of the first that names any.
  func find() -> (nameservers: [Endpoint], file: String)? {
    let found = files.map { (nameservers: Self.nameservers(in: $0), file: $0) }.filter {
      !$0.nameservers.isEmpty
    }
    return found.first { pair in pair.nameservers.contains { !$0.address.isLoopback } } ?? found.first
  }

  /// resolv.conf(5); addresses with a zone (`fe80::1%eth0`) are left out, since no socket here is bound to a link.
  static func nameservers(in file: String) -> [Endpoint] {
    guard let bytes = try? BoundedFile(path: file).bytes else { return [] }
    var nameservers: [Endpoint] = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count > 1, words[0] == "nameserver", let address = IPAddress(String(words[1])) else {
        continue
      }
      let nameserver = Endpoint(address: address, port: 53)
      if !nameservers.contains(nameserver) { nameservers.append(nameserver) }
    }
    return nameservers
  }
}
