extension TLSHelloFacts {
  /// What a ClientHello says; without digests, no fingerprints, nor of a hello whose lists cannot be read.
  public init(_ hello: ClientHello, digests: (any DigestService)?) {
    let digests = hello.isFingerprintable ? digests : nil
    self.init(
      serverName: hello.serverName, alpn: hello.alpn,
      versions: hello.offeredVersions.map(ClientHello.versionName),
      ja3: digests.flatMap { $0.makeMD5() }.map { hello.ja3(md5: $0) },
      ja4: digests.map { hello.ja4(sha256: $0.makeSHA256()) })
  }
}

extension ClientHello {
  /// A version as OpenSSL names it; unknown ones in hexadecimal.
  static func versionName(_ version: UInt16) -> String {
    switch version {
    case 0x0300: "SSLv3"
    case 0x0301: "TLSv1"
    case 0x0302: "TLSv1.1"
    case 0x0303: "TLSv1.2"
    case 0x0304: "TLSv1.3"
    default: hexadecimalName(version)
    }
  }

  /// A number without a name: `0x7f1c`.
  static func hexadecimalName(_ value: UInt16) -> String {
    "0x" + hexadecimal(value)
  }

  /// The text whose MD5 is JA3: version, cipher suites, extensions, groups and point formats, in decimal, in the
  /// order sent, GREASE left out.
  var ja3Text: String {
    func list(_ values: [UInt16]) -> String {
      values.filter { !ClientHello.isGREASE($0) }.map { String($0) }.joined(separator: "-")
    }
    let formats = pointFormats.map { String($0) }.joined(separator: "-")
    return "\(legacyVersion),\(list(cipherSuites)),\(list(extensions)),\(list(supportedGroups)),\(formats)"
  }

  func ja3(md5: any IncrementalDigest) -> String {
    hexadecimalDigest(of: ja3Text, md5)
  }

  /// JA4 of a ClientHello over TCP: what was offered, then hashes of the sorted cipher suites and of the sorted
  /// extensions with the signature algorithms; GREASE left out everywhere.
  func ja4(sha256: any IncrementalDigest) -> String {
    let suites = cipherSuites.filter { !ClientHello.isGREASE($0) }
    let types = extensions.filter { !ClientHello.isGREASE($0) }
    let algorithms = signatureAlgorithms.filter { !ClientHello.isGREASE($0) }
    func hash(_ text: String) -> Substring {
      text.isEmpty ? "000000000000" : hexadecimalDigest(of: text, sha256).prefix(12)
    }
    var suffix = types.filter { $0 != 0 && $0 != 16 }.sorted().map(hexadecimal).joined(separator: ",")
    if !algorithms.isEmpty { suffix += "_" + algorithms.map(hexadecimal).joined(separator: ",") }
    let suiteText = suites.sorted().map(hexadecimal).joined(separator: ",")
    let name = types.contains(0) ? "d" : "i"
    return "t\(ja4Version)\(name)\(twoDigits(suites.count))\(twoDigits(types.count))\(ja4ALPN)"
      + "_\(hash(suiteText))_\(types.isEmpty ? hash("") : hash(suffix))"
  }

  private var ja4Version: String {
    switch offeredVersions.max() {
    case 0x0304: "13"
    case 0x0303: "12"
    case 0x0302: "11"
    case 0x0301: "10"
    case 0x0300: "s3"
    case 0x0002: "s2"
    default: "00"
    }
  }

  /// The first and last character of the first protocol id; of its hexadecimal form where either is not alphanumeric.
  private var ja4ALPN: String {
    guard let id = alpn.first, let first = id.first, let last = id.last else { return "00" }
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: false
      }
    }
    if isAlphanumeric(first), isAlphanumeric(last) { return String(decoding: [first, last], as: UTF8.self) }
    return String(first >> 4, radix: 16) + String(last & 0x0f, radix: 16)
  }
}

private func twoDigits(_ count: Int) -> String {
  let text = String(min(count, 99))
  return count < 10 ? "0" + text : text
}

private func hexadecimal(_ value: UInt16) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: 4 - text.utf8.count) + text
}

/// The digest of a text, in hexadecimal.
func hexadecimalDigest(of text: String, _ digest: any IncrementalDigest) -> String {
  digest.update(Array(text.utf8).span)
  return digest.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
