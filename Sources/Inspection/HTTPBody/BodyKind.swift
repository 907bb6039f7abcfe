import SessionEvents

/// The kinds of content that have a reader, by media type.
enum BodyKind {
  case urlEncodedForm
  case multipart(MediaType)
  case eventStream
  case dnsMessage
  case grpc(GRPCForm)

  private static let formType = Array("application/x-www-form-urlencoded".utf8)
  private static let multipartPrefix = Array("multipart/".utf8)
  private static let eventStreamType = Array("text/event-stream".utf8)
  private static let dnsMessageType = Array("application/dns-message".utf8)

  /// The kind of the body behind a head; nil where no reader knows it, which costs next to nothing.
  init?(_ head: BodyHead) {
    guard let value = head.contentType else { return nil }
    let type = MediaType(value)
    let essence = type.essence
    switch essence.count {
    case 33 where equalsIgnoringCase(essence, BodyKind.formType): self = .urlEncodedForm
    case 17 where equalsIgnoringCase(essence, BodyKind.eventStreamType): self = .eventStream
    case 23 where equalsIgnoringCase(essence, BodyKind.dnsMessageType): self = .dnsMessage
    case 11... where equalsIgnoringCase(essence.prefix(10), BodyKind.multipartPrefix):
      self = .multipart(type)
    default:
      guard let form = GRPCForm(essence) else { return nil }
      self = .grpc(form)
    }
  }

  /// A reader for one body of this kind; nil where it says nothing.
  func makeReader(_ head: BodyHead, _ environment: InspectionEnvironment) -> (any BodyReader)? {
    let limits = environment.limits
    return switch self {
    case .urlEncodedForm: URLEncodedFormReader(limits: limits.bodies)
    case .multipart(let type): MultipartReader(type, limits: limits.bodies)
    case .eventStream where head.direction == .clientToServer: nil
    case .eventStream:
      EventStreamReader(within: head.index, services: environment.services, limits: limits.bodies)
    case .dnsMessage: DNSBodyReader(head.direction, limits: limits)
    case .grpc(let form): GRPCReader(form, head, environment)
    }
  }
}
