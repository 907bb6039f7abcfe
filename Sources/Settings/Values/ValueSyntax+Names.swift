import SessionEvents

extension ValueSyntax where Value == String {
  /// An absolute path; flags have been made absolute before.
  static let path = ValueSyntax(
    "an absolute path",
    read: { (text) throws(UnfitValue) in
      guard text.hasPrefix("/") else {
        throw UnfitValue("'\(text)' is not an absolute path: begin it with '/'")
      }
      return text
    },
    text: { $0 })

  /// What fits into `sun_path` of a sockaddr_un with the NUL after it.
  static let socketPath = ValueSyntax(
    "an absolute path of at most 107 bytes",
    read: { (text) throws(UnfitValue) in
      let path = try ValueSyntax.path.read(text)
      guard path.utf8.count <= 107 else {
        throw UnfitValue("'\(path)' is too long for a socket: \(path.utf8.count) bytes, at most 107")
      }
      return path
    },
    text: { $0 })

  /// A user's name, or a number.
  static let user = ValueSyntax(
    "the name of a user",
    parse: { text in
      let isName = text.allSatisfy { !$0.isWhitespace && !":/,".contains($0) }
      return isName && !text.isEmpty && !text.hasPrefix("-") && text.utf8.count <= 255 ? text : nil
    },
    text: { $0 })

  /// A control group (version 2), by its path from the root of the hierarchy.
  static let cgroup = ValueSyntax(
    "the path of a control group, as /user.slice/user-1000.slice",
    parse: { text in
      let parts = text.split(separator: "/").filter { $0 != "." }
      let isPlain = text.unicodeScalars.allSatisfy {
        (0x21...0x7e).contains($0.value) && $0 != "\"" && $0 != "'"
      }
      return isPlain && !parts.isEmpty && !parts.contains("..") ? text : nil
    },
    text: { $0 })

  /// A name, `*.` and a name, or an address.
  static let hostPattern = ValueSyntax(
    "a host",
    read: { (text) throws(UnfitValue) in
      if IPAddress(text) != nil { return text }
      guard text.allSatisfy(\.isASCII) else {
        throw UnfitValue("'\(text)' is not in ASCII: write the name as it goes over the wire (xn--...)")
      }
      let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
      let labels = (name.hasSuffix(".") ? name.dropLast() : name).split(
        separator: ".", omittingEmptySubsequences: false)
      let fits = labels.allSatisfy { label in
        (1...63).contains(label.count) && label.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
      }
      guard fits, name.count <= 254 else {
        throw UnfitValue("'\(text)' is not a host: write example.com, *.example.com or an address")
      }
      return text
    },
    text: { $0 })
}

extension ValueSyntax where Value == RecordingPlace {
  /// A name that ends in `.pcap` is a file's, any other a directory's.
  static let recording = ValueSyntax(
    "the absolute path of a directory or of a FILE.pcap",
    read: { (text) throws(UnfitValue) in
      guard text != "-" else {
        throw UnfitValue("'-' is for 'relay run': name a directory, or a FILE.pcap")
      }
      let path = try ValueSyntax<String>.path.read(text)
      return path.hasSuffix(".pcap") ? .file(path) : .directory(path)
    },
    text: \.path)
}
