import COpenSSL

/// The BIO through which OpenSSL reads and writes a connection's ciphertext: no socket, no buffer.
///
/// Its data is the unretained ``TLSConnection``, which owns the SSL object, which owns the BIO.
enum TransportBIO {
  /// Made once and never freed, and constant; the kind of thing that may be shared.
  private struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  private static let method = Method(pointer: makeMethod())

  private static func makeMethod() -> OpaquePointer? {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = BIO_meth_new(type, "wiretape transport") else { return nil }
    BIO_meth_set_read(method, readCiphertext)
    BIO_meth_set_write(method, writeCiphertext)
    BIO_meth_set_ctrl(method, control)
    return method
  }

  /// A new BIO for `connection`, which must live as long.
  static func make(for connection: TLSConnection) throws(TLSFailure) -> OpaquePointer {
    let bio: OpaquePointer = try openSSLObject("BIO_new") { BIO_new(method.pointer) }
    BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
    return bio
  }

  /// Calls `body` with the BIO's connection.
  static func with(_ bio: OpaquePointer?, _ body: (TLSConnection) -> Void) {
    guard let data = BIO_get_data(bio) else { return }
    Unmanaged<TLSConnection>.fromOpaque(data)._withUnsafeGuaranteedRef { body($0) }
  }
}

private func readCiphertext(_ bio: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int32)
  -> Int32
{
  wt_BIO_clear_retry_flags(bio)
  var copied = 0
  TransportBIO.with(bio) {
    copied = $0.takeInput(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
  }
  guard copied > 0 else {
    wt_BIO_set_retry_read(bio)
    return -1
  }
  return Int32(copied)
}

private func writeCiphertext(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
  wt_BIO_clear_retry_flags(bio)
  TransportBIO.with(bio) { $0.emit(UnsafeRawBufferPointer(start: bytes, count: Int(count))) }
  return count
}

/// A flush has nothing to do and succeeds; all else is not known here.
private func control(_: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?) -> Int {
  command == BIO_CTRL_FLUSH ? 1 : 0
}
