import SessionEvents

/// What can be wrong with an HTTP/1 message, by its finding code.
enum HTTP1Problem: String {
  case startLineInvalid = "http1.start-line-invalid"
  case startLineWhitespace = "http1.start-line-whitespace"
  case targetInvalid = "http1.target-invalid"
  case versionInvalid = "http1.version-invalid"
  case versionMissing = "http1.version-missing"
  case statusInvalid = "http1.status-invalid"
  case reasonInvalid = "http1.reason-invalid"
  case bareLF = "http1.bare-lf"
  case bareCR = "http1.bare-cr"
  case lineTooLong = "http1.line-too-long"
  case obsoleteFold = "http1.obs-fold"
  case leadingWhitespace = "http1.leading-whitespace"
  case fieldWithoutColon = "http1.field-without-colon"
  case fieldNameInvalid = "http1.field-name-invalid"
  case fieldValueInvalid = "http1.field-value-invalid"
  case spaceBeforeColon = "http1.space-before-colon"
  case tooManyFields = "http1.too-many-fields"
  case sectionTooLong = "http1.section-too-long"
  case hostMissing = "http1.host-missing"
  case hostRepeated = "http1.host-repeated"
  case contentLengthInvalid = "http1.content-length-invalid"
  case contentLengthRepeated = "http1.content-length-repeated"
  case contentLengthConflict = "http1.content-length-conflict"
  case lengthAndTransferEncoding = "http1.content-length-and-transfer-encoding"
  case transferEncodingInvalid = "http1.transfer-encoding-invalid"
  case transferEncodingUnexpected = "http1.transfer-encoding-unexpected"
  case chunkSizeInvalid = "http1.chunk-size-invalid"
  case chunkSizeWhitespace = "http1.chunk-size-whitespace"
  case chunkExtensionInvalid = "http1.chunk-extension-invalid"
  case chunkEndMissing = "http1.chunk-end-missing"
  case tooManyInterim = "http1.too-many-interim"
  case tooManyPending = "http1.too-many-pending"
  case skipped = "http1.skipped"
  case givenUp = "http1.given-up"
  case tunnelRefused = "http1.tunnel-refused"
  case responseLost = "http1.response-lost"

  func at(_ offset: UInt64, _ detail: String, in direction: Direction) -> Finding {
    Finding(code: rawValue, offset: offset, detail: detail, direction: direction)
  }
}
