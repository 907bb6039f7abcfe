import COpenSSL

extension TLSFailure {
  /// Takes what the thread's error queue says about a call that just failed, and empties the queue.
  ///
  /// The first error in the queue is the cause; those after it tell which callers passed it on.
  static func fromErrorQueue(after call: String) -> TLSFailure {
    var data: UnsafePointer<CChar>?
    var flags: Int32 = 0
    let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
    // `data` belongs to the queue's entry, so it is copied before the queue is emptied.
    let detail = flags & ERR_TXT_STRING != 0 ? data.map { String(cString: $0) } ?? "" : ""
    ERR_clear_error()
    guard code != 0 else { return .openSSL(call: call, code: 0, text: "failed without an error") }
    if let alert = receivedAlert(code) { return alert }
    let text = reason(code)
    return .openSSL(call: call, code: code, text: detail.isEmpty ? text : "\(text) (\(detail))")
  }

  /// OpenSSL reports a received alert N as the SSL library's reason 1000 + N.
  private static func receivedAlert(_ code: UInt) -> TLSFailure? {
    let offset = SSL_AD_REASON_OFFSET
    guard ERR_GET_LIB(code) == ERR_LIB_SSL, (offset...offset + 255).contains(ERR_GET_REASON(code)),
      let alert = UInt8(exactly: ERR_GET_REASON(code) - offset)
    else { return nil }
    return .alertReceived(name: alertName(alert), code: alert)
  }

  private static func reason(_ code: UInt) -> String {
    if let text = ERR_reason_error_string(code) { return String(cString: text) }
    // Errors of the system have no text of OpenSSL's own; the last field of this form is strerror's.
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &buffer, buffer.count)
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: ":").last.map(String.init) ?? text
  }
}

/// Calls OpenSSL for a new object, with a clean error queue.
func openSSLObject<Object>(_ call: String, _ body: () -> Object?) throws(TLSFailure) -> Object {
  ERR_clear_error()
  guard let object = body() else { throw .fromErrorQueue(after: call) }
  return object
}

/// Calls OpenSSL for a result that is positive on success, with a clean error queue.
func openSSL(_ call: String, _ body: () -> Int32) throws(TLSFailure) {
  ERR_clear_error()
  guard body() > 0 else { throw .fromErrorQueue(after: call) }
}
