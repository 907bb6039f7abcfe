import COpenSSL
import Synchronization

/// Certificates by subject, parsed when a chain asks for them: of a system's 140 roots a run needs a few.
///
/// It hangs in an `X509_STORE` as a look-up method, and lives as long as the store.
final class TrustIndex: Sendable {
  private struct Entry: Sendable {
    var subject: Name
    var der: [UInt8]
  }

  /// Owns a parsed name; Sendable, because nobody changes it, and comparing reads it only.
  private final class Name: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
      self.pointer = pointer
    }

    deinit {
      X509_NAME_free(pointer)
    }
  }

  private let entries: [Entry]
  /// The parsed ones, by position in `entries`; they are kept, because the store borrows what it is given.
  private let parsed = Mutex<[Int: Certificate]>([:])

  /// Certificates without a readable subject can be nobody's issuer, and are left out.
  init(_ certificates: [[UInt8]]) {
    entries = certificates.compactMap { der in
      Self.subject(der).map { Entry(subject: Name(owning: $0), der: der) }
    }
  }

  /// Makes the index a source of `store`, which keeps it alive.
  func install(in store: OpaquePointer) throws(TLSFailure) {
    let lookup = try openSSLObject("X509_STORE_add_lookup") {
      X509_STORE_add_lookup(store, Self.method.pointer)
    }
    X509_LOOKUP_set_method_data(lookup, Unmanaged.passRetained(self).toOpaque())
  }

  /// Every certificate with this subject; one that cannot be parsed is none.
  fileprivate func certificates(_ subject: OpaquePointer) -> [Certificate] {
    entries.indices.filter { X509_NAME_cmp(entries[$0].subject.pointer, subject) == 0 }.compactMap { index in
      parsed.withLock { parsed in
        if let known = parsed[index] { return known }
        let certificate = Self.parse(entries[index].der)
        parsed[index] = certificate
        return certificate
      }
    }
  }

  private static func parse(_ der: [UInt8]) -> Certificate? {
    der.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      return d2i_X509(nil, &start, bytes.count).map(Certificate.init(owning:))
    }
  }

  // MARK: Finding the subject

  /// Reads the subject of a certificate, and nothing else (RFC 5280 §4.1).
  ///
  ///     SEQUENCE { SEQUENCE { [0] version (may lack), serial, algorithm, issuer, validity, subject, …
  private static func subject(_ der: [UInt8]) -> OpaquePointer? {
    der.withUnsafeBufferPointer { bytes in
      guard var next = bytes.baseAddress else { return nil }
      let end = next + bytes.count
      guard enter(&next, end), enter(&next, end) else { return nil }
      if next < end, next.pointee == 0xa0, !skip(&next, end) { return nil }
      for _ in 0..<4 where !skip(&next, end) { return nil }
      var start: UnsafePointer<UInt8>? = next
      return d2i_X509_NAME(nil, &start, end - next)
    }
  }

  /// Moves past the header of a value.
  private static func enter(_ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    header(&next, end) != nil
  }

  /// Moves past a whole value.
  private static func skip(_ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    guard let length = header(&next, end) else { return false }
    next += length
    return true
  }

  /// The length of the value, which OpenSSL has checked to be within the bytes; DER has no indefinite lengths.
  private static func header(_ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    var start: UnsafePointer<UInt8>? = next
    var length = 0
    var tag: Int32 = 0
    var tagClass: Int32 = 0
    let result = ASN1_get_object(&start, &length, &tag, &tagClass, end - next)
    // 0x80 is an error, 1 an indefinite length.
    guard result & 0x81 == 0, let start, length <= end - start else { return nil }
    next = start
    return length
  }

  // MARK: The look-up method

  /// Made once and never freed, and constant: that is why it may be shared.
  private struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  private static let method = Method(pointer: makeMethod())

  private static func makeMethod() -> OpaquePointer? {
    guard let method = X509_LOOKUP_meth_new("wiretape trust index") else { return nil }
    X509_LOOKUP_meth_set_get_by_subject(method, findBySubject)
    X509_LOOKUP_meth_set_free(method, releaseIndex)
    return method
  }
}

/// Adds every certificate with the subject to the store, where OpenSSL then looks for the one that fits, and hands
/// the first of them over.
private func findBySubject(
  _ lookup: OpaquePointer?, _ type: X509_LOOKUP_TYPE, _ name: OpaquePointer?, _ found: OpaquePointer?
) -> Int32 {
  guard type == X509_LU_X509, let name, let data = X509_LOOKUP_get_method_data(lookup) else { return 0 }
  let index = Unmanaged<TrustIndex>.fromOpaque(data).takeUnretainedValue()
  let certificates = index.certificates(name)
  for certificate in certificates {
    X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), certificate.pointer)
  }
  guard let first = certificates.first, X509_OBJECT_set1_X509(found, first.pointer) == 1 else { return 0 }
  // What is handed over is borrowed (OpenSSL takes a reference of its own), and the index owns it.
  X509_free(first.pointer)
  return 1
}

private func releaseIndex(_ lookup: OpaquePointer?) {
  guard let data = X509_LOOKUP_get_method_data(lookup) else { return }
  Unmanaged<TrustIndex>.fromOpaque(data).release()
}
