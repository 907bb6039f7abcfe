import Glibc

extension AuthorityDirectory {
  /// Makes a CA where there is none, and the directory if need be.
  ///
  /// Throws ``AuthorityFailure/exists(directory:)`` where there is one: a key is never overwritten but by
  /// ``rotate(_:)``.
  public func create(_ options: AuthorityOptions) throws(TLSFailure) -> AuthorityCertificate {
    let directory = try OwnedDirectory.openOrCreate(path, owner: owner)
    try directory.lock(forWriting: true)
    guard !directory.contains(Name.certificate) else { throw .authority(.exists(directory: path)) }
    guard !directory.contains(Name.key) else {
      throw .authority(.strayKey(path: directory.path(of: Name.key)))
    }
    let authority = try SigningAuthority(options)
    try write(authority, to: directory)
    try commit(directory)
    try takeKeyIntoUse(directory)
    return try AuthorityCertificate(authority.certificate)
  }

  /// Replaces the CA: of the old one its certificate is kept, and its key destroyed.
  ///
  /// The old key is not read: also one that was lost, or that others could read, can be replaced.
  public func rotate(_ options: AuthorityOptions) throws(TLSFailure) -> AuthorityCertificate {
    let directory = try openExisting()
    try directory.lock(forWriting: true)
    guard let old = try certificates(directory, Name.certificate).first else {
      throw .authority(.missing(directory: path))
    }
    try finishInterrupted(directory, old)
    let authority = try SigningAuthority(options)
    let oldPEM = try old.pem
    try directory.create(Name.newPrevious, mode: Self.certificateMode) { (file) throws(TLSFailure) in
      try file.write(oldPEM)
    }
    try write(authority, to: directory)
    try directory.rename(Name.newPrevious, to: Name.previous)
    try commit(directory)
    try takeKeyIntoUse(directory)
    return try AuthorityCertificate(authority.certificate)
  }

  // MARK: The steps

  /// Everything on the disk under names that count for nothing yet.
  func write(_ authority: SigningAuthority, to directory: borrowing OwnedDirectory) throws(TLSFailure) {
    try directory.create(Name.newKey, mode: Self.keyMode) { (file) throws(TLSFailure) in
      try authority.key.write(to: file)
    }
    try directory.create(Name.newCertificate, mode: Self.certificateMode) { (file) throws(TLSFailure) in
      try file.write(authority.certificatePEM)
    }
  }

  /// From here on the new CA is the one that is there.
  func commit(_ directory: borrowing OwnedDirectory) throws(TLSFailure) {
    try directory.rename(Name.newCertificate, to: Name.certificate)
  }

  func takeKeyIntoUse(_ directory: borrowing OwnedDirectory) throws(TLSFailure) {
    guard directory.contains(Name.key) else {
      try directory.rename(Name.newKey, to: Name.key)
      return
    }
    // Whoever owns it, and however it was open to others: it is on its way out.
    let old = directory.openUnchecked(Name.key, flags: O_WRONLY)
    try directory.rename(Name.newKey, to: Name.key)
    if let old { old.scrub() }
  }

  /// The last step of a rotation that was killed before it.
  private func finishInterrupted(
    _ directory: borrowing OwnedDirectory, _ certificate: Certificate
  ) throws(TLSFailure) {
    guard directory.contains(Name.newKey), let found = try? key(of: certificate, in: directory),
      found.name == Name.newKey
    else { return }
    try takeKeyIntoUse(directory)
  }
}
