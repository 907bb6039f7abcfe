import SessionEvents

/// The codes of the findings that one part of the Inspection makes; docs/FINDINGS.md explains each.
protocol FindingCode: CaseIterable, RawRepresentable, Sendable where RawValue == String {}

extension FindingCode {
  func at(_ offset: UInt64, _ detail: String, in direction: Direction?) -> Finding {
    Finding(code: rawValue, offset: offset, detail: detail, direction: direction)
  }
}

/// What can be wrong in any protocol.
enum CommonProblem: String, FindingCode {
  case gap = "gap"
  case conflict = "conflict"
  case findingsOmitted = "findings-omitted"
}

/// What can be wrong with a body's content coding.
enum ContentProblem: String, FindingCode {
  case bomb = "content-bomb"
  case malformed = "content-malformed"
  case truncated = "content-truncated"
  case trailingData = "content-trailing-data"
  case codingUnknown = "content-coding-unknown"
  case tooManyCodings = "content-too-many-codings"
  case tooManyOpen = "content-too-many-open"
}

/// What can be wrong with what a body says.
enum BodyProblem: String, FindingCode {
  case boundaryMissing = "multipart-boundary-missing"
  case multipartUnfinished = "multipart-unfinished"
  case partHeaderTooLong = "multipart-header-too-long"
}
