import Inspection
import JSONText

extension JSONWriter {
  /// Writes a duration given in nanoseconds.
  mutating func milliseconds(_ nanoseconds: Int64) {
    decimal(nanoseconds, fractionDigits: 6)
  }

  mutating func pair(_ pair: NamedValue) {
    object { json in
      json.field("name", bytes: pair.name)
      json.field("value", bytes: pair.value)
    }
  }

  /// The field `headers`.
  mutating func fields(_ fields: [HTTPField]) {
    field("headers") { json in
      json.array { json in
        for field in fields { json.pair(NamedValue(name: field.name, value: field.value)) }
      }
    }
  }

  mutating func setCookie(_ cookie: SetCookie) {
    object { json in
      json.field("name", bytes: cookie.cookie.name)
      json.field("value", bytes: cookie.cookie.value)
      if let path = cookie.path { json.field("path", bytes: path) }
      if let domain = cookie.domain { json.field("domain", bytes: domain) }
      if let expires = cookie.expires { json.field("expires", expires) }
      json.field("httpOnly", cookie.isHTTPOnly)
      json.field("secure", cookie.isSecure)
      if let sameSite = cookie.sameSite { json.field("sameSite", bytes: sameSite) }
    }
  }
}
