import COpenSSL

extension CertificateBuilder {
  /// Takes another subject where the one that was set would spoil the leaf: without a DNS name, clients hold its common
  /// name against the constraints.
  func replaceSubject(unlessPermittedBy constraints: [NameConstraints]) throws(TLSFailure) {
    guard constraints.contains(where: { !$0.permitsCommonName(of: pointer) }) else { return }
    let plain = try DistinguishedName.make(commonName: "Wiretape leaf")
    defer { extendLifetime(plain) }
    try openSSL("X509_set_subject_name") { X509_set_subject_name(pointer, plain.pointer) }
  }

  /// Copies the alternative names that the constraints permit, since one of another kind would spoil the leaf; where any
  /// had to go, the asked one is added, which a wildcard that went may have stood for.
  func copyNames(
    from original: OpaquePointer, permittedBy constraints: [NameConstraints], askedName: PeerName?
  ) throws(TLSFailure) {
    guard !constraints.isEmpty else {
      try copyExtension(NID_subject_alt_name, from: original)
      return
    }
    guard let found = X509_get_ext_d2i(original, NID_subject_alt_name, nil, nil) else {
      ERR_clear_error()
      return
    }
    let names = OpaquePointer(found)
    defer { GENERAL_NAMES_free(names) }
    let total = wt_sk_GENERAL_NAME_num(names)
    for index in (0..<max(0, total)).reversed() {
      let name = wt_sk_GENERAL_NAME_value(names, index)
      let isPermitted = name.map { name in constraints.allSatisfy { $0.permits(name) } } ?? false
      if !isPermitted { wt_sk_GENERAL_NAME_remove(names, index) }
    }
    let remaining = wt_sk_GENERAL_NAME_num(names)
    guard remaining < total else {
      try copyExtension(NID_subject_alt_name, from: original)
      return
    }
    if let askedName, constraints.allSatisfy({ $0.permits(askedName) }) {
      let (type, bytes) = askedName.encoded
      try openSSL("sk_GENERAL_NAME_push") {
        wt_sk_GENERAL_NAME_add(names, type, bytes, Int32(bytes.count))
      }
    } else if remaining == 0 {
      return
    }
    try openSSL("X509_add1_ext_i2d") {
      X509_add1_ext_i2d(
        pointer, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, UInt(X509V3_ADD_DEFAULT))
    }
  }
}
