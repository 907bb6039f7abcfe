/// What can be wrong with a DNS message, by its finding code.
enum DNSProblem: String, FindingCode {
  case headerTruncated = "dns.header-truncated"
  case messageTruncated = "dns.message-truncated"
  case nameLoop = "dns.name-loop"
  case nameForwardPointer = "dns.name-forward-pointer"
  case nameTooLong = "dns.name-too-long"
  case labelInvalid = "dns.label-invalid"
  case dataInvalid = "dns.rdata-invalid"
  case optRepeated = "dns.opt-repeated"
  case optMisplaced = "dns.opt-misplaced"
  case trailingBytes = "dns.trailing-bytes"
  case tooManyRecords = "dns.too-many-records"
  case textTooLong = "dns.text-too-long"
  case tooManyPending = "dns.too-many-pending"
  case emptyMessage = "dns.empty-message"
  case givenUp = "dns.given-up"
}
