/// Tells by their names which fields, parameters and members hold what only their owner should know.
enum SecretNames {
  private static let fields: Set<String> = [
    "authorization", "proxyauthorization", "cookie", "setcookie", "cookie2", "setcookie2",
  ]

  /// Letters and digits alone, in lower case.
  private static let parts = [
    "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "accesskey", "privatekey",
    "credential", "sessionid", "sessid", "csrf", "xsrf", "authkey", "onetimecode",
  ]
  private static let wholes: Set<String> = [
    "pwd", "pass", "pw", "pin", "sid", "auth", "otp", "jwt", "key", "sig", "signature", "bearer",
  ]

  /// Whether a header field of this name holds a secret.
  static func isSecretField(_ name: [UInt8]) -> Bool {
    let plain = plain(name)
    return fields.contains(plain) || parts.contains { plain.contains($0) } || plain == "xauth"
  }

  /// Whether a parameter of a query or form, or a member of a JSON object, of this name does.
  static func isSecretParameter(_ name: [UInt8]) -> Bool {
    let plain = plain(name)
    return wholes.contains(plain) || parts.contains { plain.contains($0) } || fields.contains(plain)
  }

  private static func plain(_ name: [UInt8]) -> String {
    String(decoding: name.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }, as: UTF8.self)
      .lowercased()
  }
}
