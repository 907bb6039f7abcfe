import COpenSSL
import Foundation
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `Trust store` {
  struct Case: Sendable {
    var contents: String
    var text: String
  }

  @Test(arguments: [
    Case(contents: "", text: "no PEM certificate in it"),
    Case(contents: "hello", text: "no PEM certificate in it"),
    Case(contents: "-----BEGIN CERTIFICATE-----\nMIIB\n", text: "PEM_read_bio_X509_AUX: bad end line"),
    Case(
      contents: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      text: "PEM_read_bio_X509_AUX: header too long"),
  ]) func `says which file it cannot use, and why`(_ expected: Case) throws {
    let files = try TestFiles()
    let path = try files.write(Array(expected.contents.utf8), to: "ca.pem")
    #expect(throws: TLSFailure.unusableFile(path: path, text: expected.text)) {
      try TrustStore(systemBundle: nil, extraFiles: [path])
    }
  }

  @Test func `says that a file is missing, or is a directory`() throws {
    let files = try TestFiles()
    let missing = files.directory.appending(path: "missing.pem").path
    let failure = #expect(throws: TLSFailure.self) {
      try TrustStore(systemBundle: nil, extraFiles: [missing])
    }
    #expect(
      failure?.description.hasPrefix("cannot use the certificates in '\(missing)': BIO_new_file: ") == true)
    #expect(failure?.description.contains("No such file or directory") == true)
    let directory = #expect(throws: TLSFailure.self) {
      try TrustStore(systemBundle: nil, extraFiles: [files.directory.path])
    }
    #expect(directory?.description.contains("Is a directory") == true)
  }

  @Test func `reads the system's bundle, where there is one`() throws {
    guard let bundle = SystemTrustBundle.find() else { return }
    _ = try TrustStore(systemBundle: bundle)
  }
}

@Suite struct `System trust bundle` {
  @Test func `merges the authority's certificate at the end`() throws {
    let files = try TestFiles()
    let authority = try SigningAuthority()
    let root = try TestCertificate.authority("Test root")
    for ending in ["", "\n"] {
      let pem = Array(
        String(decoding: try root.certificate.pem, as: UTF8.self).trimmingCharacters(in: .newlines).utf8)
      let path = try files.write(pem + Array(ending.utf8), to: "bundle.pem")
      let merged = try SystemTrustBundle(path: path).merged(with: authority)
      #expect(
        try PEMFile.derCertificates(in: merged, path: path) == [
          root.certificate.der, authority.certificateDER,
        ])
    }
  }

  @Test func `takes the certificate out of one with OpenSSL's remarks`() throws {
    let root = try TestCertificate.authority("Test root")
    let pem = try MemoryBIO.bytes { PEM_write_bio_X509_AUX($0, root.certificate.pointer) }
    #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN TRUSTED CERTIFICATE-----"))
    #expect(try PEMFile.derCertificates(in: pem, path: "memory") == [root.certificate.der])
  }

  @Test func `says why a bundle cannot be used`() throws {
    let failure = TLSFailure.unusableFile(path: "memory", text: "no PEM certificate in it")
    #expect(throws: failure) { try PEMFile.derCertificates(in: [], path: "memory") }
    let cut = TLSFailure.unusableFile(path: "memory", text: "PEM_read_bio: bad end line")
    #expect(throws: cut) {
      try PEMFile.derCertificates(in: Array("-----BEGIN CERTIFICATE-----\nMIIB\n".utf8), path: "memory")
    }
  }

  @Test func `passes over comments and other blocks`() throws {
    let root = try TestCertificate.authority("Test root")
    let pem = Array("# Test root\n".utf8) + (try root.keyPEM()) + (try root.certificate.pem)
    #expect(try PEMFile.derCertificates(in: pem, path: "memory") == [root.certificate.der])
  }
}
