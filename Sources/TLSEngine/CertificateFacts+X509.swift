import COpenSSL
import SessionEvents

extension CertificateFacts {
  /// More names than this, or longer ones, are left out: a certificate may be hostile.
  static let nameCountLimit = 1_000
  static let nameLengthLimit = 1_024

  /// Reads a certificate of any origin.
  init(x509 certificate: OpaquePointer) throws(TLSFailure) {
    self.init(
      subject: Self.distinguishedName(X509_get_subject_name(certificate)),
      issuer: Self.distinguishedName(X509_get_issuer_name(certificate)),
      names: Self.alternativeNames(certificate),
      notBefore: Timestamp(daysAndSeconds: { wt_X509_not_before(certificate, &$0, &$1) }),
      notAfter: Timestamp(daysAndSeconds: { wt_X509_not_after(certificate, &$0, &$1) }),
      sha256: try Certificate.sha256(of: certificate))
  }

  /// RFC 4514, with UTF-8 kept readable; a name that is not valid text keeps every odd byte escaped.
  private static func distinguishedName(_ name: OpaquePointer?) -> String {
    guard let name else { return "" }
    let escapingAll = wt_XN_FLAG_RFC2253()
    let readable = escapingAll & ~UInt(ASN1_STRFLGS_ESC_MSB)
    let raw =
      UInt(XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_DN_REV) | UInt(XN_FLAG_FN_SN) | UInt(ASN1_STRFLGS_DUMP_ALL)
    for flags in [readable, escapingAll, raw] {
      let bytes = try? MemoryBIO.bytes { bio in
        // 0 is the length of an empty name, not a failure.
        let length = X509_NAME_print_ex(bio, name, 0, flags)
        return length == 0 ? 1 : length
      }
      // OpenSSL passes bytes of a UTF8String on unchecked.
      guard let bytes, let text = String(validating: bytes, as: UTF8.self) else { continue }
      let isLong = text.utf8.count > nameLengthLimit
      return isLong ? String(text.unicodeScalars.prefix(nameLengthLimit)) + "…" : text
    }
    return ""
  }

  private static func alternativeNames(_ certificate: OpaquePointer) -> [String] {
    guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
      ERR_clear_error()
      return []
    }
    let names = OpaquePointer(found)
    defer { GENERAL_NAMES_free(names) }
    let count = min(Int(wt_sk_GENERAL_NAME_num(names)), nameCountLimit)
    return (0..<max(0, count)).compactMap { index in
      wt_sk_GENERAL_NAME_value(names, Int32(index)).flatMap { alternativeName($0) }
    }
  }

  private static func alternativeName(_ name: UnsafePointer<GENERAL_NAME>) -> String? {
    var type: Int32 = 0
    var count: Int32 = 0
    let start = wt_GENERAL_NAME_bytes(name, &type, &count)
    let bytes = UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(count))
    switch type {
    case GEN_DNS: return printable(bytes.prefix(nameLengthLimit))
    case GEN_IPADD: return IPAddress(networkBytes: bytes)?.description
    default: return nil
    }
  }
}

/// The bytes as text; each that is no printable ASCII, and the backslash, as `\xNN`.
func printable(_ bytes: some Sequence<UInt8>) -> String {
  var text = ""
  for byte in bytes {
    if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "\\") {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      text += byte < 0x10 ? "\\x0" : "\\x"
      text += String(byte, radix: 16)
    }
  }
  return text
}

extension Timestamp {
  /// A certificate's time, clamped to what a `Timestamp` can hold (such as the year 9999); unreadable ones are 1970.
  init(daysAndSeconds read: (inout Int32, inout Int32) -> Int32) {
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard read(&days, &seconds) == 1 else {
      self.init(nanoseconds: 0)
      return
    }
    let total = Int64(days) * 86_400 + Int64(seconds)
    let (nanoseconds, overflow) = total.multipliedReportingOverflow(by: 1_000_000_000)
    self.init(nanoseconds: !overflow ? nanoseconds : total < 0 ? .min : .max)
  }
}
