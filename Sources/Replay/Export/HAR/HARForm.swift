import Inspection
import JSONText

/// The fields of a form that was posted, as `postData.params` lists them.
struct HARForm {
  /// The largest urlencoded form that is taken apart.
  private static let limit = 1 << 20

  private let body: PreparedBody
  private let type: String?
  private let form: BodyForm?
  private let redaction: Redaction

  init(_ body: PreparedBody, type: String?, form: BodyForm?, _ redaction: Redaction) {
    self.body = body
    self.type = type
    self.form = form
    self.redaction = redaction
  }

  /// Writes the elements of the array.
  func write(_ json: inout JSONWriter) throws(ExportError) {
    if type == "application/x-www-form-urlencoded" {
      let text = try body.bytes?.collected(limit: Self.limit) ?? []
      for parameter in NamedValues.parameters(text) { json.pair(parameter) }
    } else if form?.kind == .multipart {
      for part in form?.parts ?? [] { write(part, &json) }
    }
  }

  private func write(_ part: BodyForm.Part, _ json: inout JSONWriter) {
    json.object { json in
      json.field("name", bytes: part.name)
      if let value = value(of: part) { json.field("value", bytes: value) }
      if let fileName = part.fileName { json.field("fileName", bytes: fileName) }
      if let type = part.contentType { json.field("contentType", bytes: type) }
      if part.fileName != nil || UInt64(part.excerpt.count) < part.byteCount {
        json.field("comment", "\(HumaneUnits.count(part.byteCount)) bytes")
      }
    }
  }

  /// Nil for a file's content, and where only the beginning is known.
  private func value(of part: BodyForm.Part) -> [UInt8]? {
    guard part.fileName == nil, UInt64(part.excerpt.count) == part.byteCount else { return nil }
    let isSecret = SecretNames.isSecretParameter(part.name)
    return isSecret && redaction.isOn ? Array(Redaction.word.utf8) : part.excerpt
  }
}
