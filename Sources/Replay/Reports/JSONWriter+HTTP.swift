import Inspection
import JSONText

extension JSONWriter {
  mutating func httpFields(_ http: HTTPExchange) {
    field("request") { json in
      guard let request = http.request else { return json.null() }
      json.request(request)
    }
    field("interim") { json in
      json.array { json in
        for response in http.interim { json.response(response) }
      }
    }
    field("response") { json in
      guard let response = http.response else { return json.null() }
      json.response(response)
    }
    field("grpc") { json in
      if let call = http.grpc { json.grpcCall(call) } else { json.null() }
    }
  }

  private mutating func request(_ request: HTTPRequest) {
    object { json in
      json.field("method", bytes: request.method)
      json.field("scheme", request.scheme)
      json.field("authority") { json in
        guard let authority = request.authority else { return json.null() }
        json.string(bytes: authority)
      }
      json.field("target", bytes: request.target)
      json.field("version", request.version)
      json.fields("headers", request.headers)
      json.field("body") { $0.body(request.body) }
      json.fields("trailers", request.trailers)
      json.field("complete", request.isComplete)
    }
  }

  private mutating func response(_ response: HTTPResponse) {
    object { json in
      json.field("status", response.status)
      json.field("version", response.version)
      json.field("reason", bytes: response.reason)
      json.fields("headers", response.headers)
      json.field("body") { $0.body(response.body) }
      json.fields("trailers", response.trailers)
      json.field("complete", response.isComplete)
    }
  }

  private mutating func fields(_ name: String, _ fields: [HTTPField]) {
    field(name) { json in
      json.array { json in
        for field in fields {
          json.array { json in
            json.string(bytes: field.name)
            json.string(bytes: field.value)
          }
        }
      }
    }
  }

  private mutating func body(_ body: HTTPBody) {
    object { json in
      json.field("length", body.byteCount)
      json.digest("sha256", body.sha256, of: body.byteCount)
      json.field("decoded_length", body.decodedByteCount)
      json.digest("decoded_sha256", body.decodedSHA256, of: body.decodedByteCount)
      json.field("form") { json in
        if let form = body.form { json.form(form) } else { json.null() }
      }
    }
  }

  private mutating func form(_ form: BodyForm) {
    object { json in
      json.field("kind", form.kind.rawValue)
      json.field("part_count", form.partCount)
      json.field("parts") { json in
        json.array { json in
          for part in form.parts { json.part(part) }
        }
      }
    }
  }

  private mutating func part(_ part: BodyForm.Part) {
    object { json in
      json.field("name", bytes: part.name)
      json.field("file_name") { json in
        if let name = part.fileName { json.string(bytes: name) } else { json.null() }
      }
      json.field("content_type") { json in
        if let type = part.contentType { json.string(bytes: type) } else { json.null() }
      }
      json.field("length", part.byteCount)
      json.field("text", bytes: part.excerpt)
    }
  }

  /// Writes a digest, or null where it is not known; that of no bytes at all always is.
  mutating func digest(_ name: String, _ digest: [UInt8]?, of byteCount: UInt64?) {
    if let digest {
      field(name, Hexadecimal.text(digest))
    } else {
      field(name, byteCount == 0 ? Hexadecimal.sha256OfNothing : nil)
    }
  }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
  /// FIPS 180-4, of the empty message.
  static let sha256OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private static let digits = Array("0123456789abcdef".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0f)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
