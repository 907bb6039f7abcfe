import NIOCore
import NIOHTTP1

/// Answers the one request of a connection, then ends it.
///
///     awaitingRequest ── end of request, fault, time-out ──▶ answered ── all sent ──▶ lingering ──▶ (closed)
///
/// After the answer this side sends no more, and waits a moment for the other to do the same: a socket that is closed
/// while something unread is in it is reset, and the answer may be lost.
final class ControlHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case awaitingRequest(HTTPRequestHead?)
    case answered
    case lingering
  }

  private let view: ServiceView
  private let offer: ControlServer.Offer
  private let limits: ControlLimits
  private let isAdmitted: Bool
  private var state = State.awaitingRequest(nil)
  private var isInputClosed = false
  private var deadlines: [Scheduled<Void>] = []

  private static let lingerTime = TimeAmount.seconds(1)

  init(view: ServiceView, offer: ControlServer.Offer, limits: ControlLimits, isAdmitted: Bool) {
    self.view = view
    self.offer = offer
    self.limits = limits
    self.isAdmitted = isAdmitted
  }

  // MARK: What happens

  func channelActive(context: ChannelHandlerContext) {
    let loop = context.eventLoop.assumeIsolated()
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    deadlines.append(loop.scheduleTask(in: TimeAmount(limits.patience)) { context.value.close(promise: nil) })
    deadlines.append(
      loop.scheduleTask(in: TimeAmount(limits.requestPatience)) { [self] in
        refuse(.requestTimeout, "no request within \(limits.requestPatience)", context.value)
      })
    if !isAdmitted {
      refuse(.serviceUnavailable, "\(limits.connectionCount) connections are open already", context.value)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    for deadline in deadlines { deadline.cancel() }
    deadlines = []
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .awaitingRequest(let head) = state else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): state = .awaitingRequest(head)
    case .body: refuse(.badRequest, "a request has no body here", context)
    case .end: if let head { answer(head, context) }
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is RequestLimit.Exceeded:
      refuse(
        .requestHeaderFieldsTooLarge, "a request has \(limits.requestByteCount) bytes at most", context)
    case ChannelEvent.inputClosed:
      isInputClosed = true
      switch state {
      case .awaitingRequest, .lingering: context.close(promise: nil)
      case .answered: break
      }
    default:
      break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError {
      refuse(.badRequest, "this is no HTTP request", context)
    } else {
      context.close(promise: nil)
    }
  }

  // MARK: Answers

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard head.method == .GET else {
      return refuse(
        .methodNotAllowed, "only GET is served", context, headers: [("Allow", "GET")],
        hasBody: head.method != .HEAD)
    }
    switch (head.uri.prefix { $0 != "?" }, offer) {
    case ("/status", .everything):
      send(.ok, "application/json", view.status().json(), context)
    case ("/metrics", .everything), ("/metrics", .metrics):
      send(.ok, MetricsText.contentType, view.metrics(), context)
    default:
      let paths = offer == .everything ? "/status and /metrics" : "/metrics"
      refuse(.notFound, "only \(paths) can be had here", context)
    }
  }

  /// Answers with one line of text, unless there is an answer already.
  private func refuse(
    _ status: HTTPResponseStatus, _ reason: String, _ context: ChannelHandlerContext,
    headers: [(String, String)] = [], hasBody: Bool = true
  ) {
    guard case .awaitingRequest = state else { return }
    send(
      status, "text/plain; charset=utf-8", hasBody ? Array("\(reason)\n".utf8) : [], context,
      headers: headers)
  }

  private func send(
    _ status: HTTPResponseStatus, _ contentType: String, _ body: [UInt8], _ context: ChannelHandlerContext,
    headers: [(String, String)] = []
  ) {
    state = .answered
    var fields = HTTPHeaders(headers)
    fields.add(name: "Content-Type", value: contentType)
    fields.add(name: "Content-Length", value: String(body.count))
    fields.add(name: "Cache-Control", value: "no-store")
    fields.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [self] _ in
      linger(context)
    }
  }

  private func linger(_ context: ChannelHandlerContext) {
    state = .lingering
    guard isAdmitted, !isInputClosed else { return context.close(promise: nil) }
    context.close(mode: .output, promise: nil)
    let loop = context.eventLoop.assumeIsolated()
    deadlines.append(loop.scheduleTask(in: Self.lingerTime) { context.close(promise: nil) })
  }
}
