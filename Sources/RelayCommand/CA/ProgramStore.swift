import JSONText
import LinuxSystem
import Sandbox
import TLSEngine

/// A program that may not use the system's trust store, and what it needs to trust the CA.
struct ProgramStore: Hashable {
  var name: String
  /// Where PATH leads to.
  var path: String
  /// The system's store serves it all the same.
  var isCovered = false
  /// In a few words.
  var need: String
  /// Variables to set, or commands to run, one a line.
  var settings: [String] = []

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("name", name)
      json.field("path", path)
      json.field("covered", isCovered)
      json.field("need", need)
      json.strings("set", settings)
    }
  }

  /// Those on PATH.
  static func find(
    bundle: String, file: String, certificate: [UInt8], environment: [String: String]
  ) -> [ProgramStore] {
    let places = ProgramPlaces(bundle: bundle, file: file, certificate: certificate, environment: environment)
    return Self.kinds.compactMap { kind in
      kind.names.lazy.compactMap { name in places.path(of: name).map { kind.advice(places, name, $0) } }.first
        ?? nil
    }
  }
}

/// What the advice is made of.
struct ProgramPlaces {
  /// All that the system trusts, in one file.
  let bundle: String
  /// The CA's certificate alone.
  let file: String
  /// The same, as DER.
  let certificate: [UInt8]
  let environment: [String: String]
  private let search: ToolSearch

  init(bundle: String, file: String, certificate: [UInt8], environment: [String: String]) {
    self.bundle = bundle
    self.file = file
    self.certificate = certificate
    self.environment = environment
    let directories = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    search = ToolSearch(directories: directories)
  }

  func path(of program: String) -> String? { search.path(of: program) }

  /// Whether a Java trust store has the CA; nil where its format hides that.
  func isTrusted(byJavaStore path: String) -> Bool? {
    guard let store = SystemFiles.contents(of: path), store.starts(with: JavaTrustStore.magic) else {
      return nil
    }
    return store.contains(certificate)
  }

  /// Whether a program came with the distribution, whose OpenSSL, GnuTLS and NSS know the system's store.
  func isDistributions(_ path: String) -> Bool {
    let resolved = SystemFiles.resolved(path) ?? path
    return ["/usr/bin/", "/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/"].contains {
      resolved.hasPrefix($0)
    }
  }
}

/// Programs of one kind: the first of the names that is found speaks for all.
struct ProgramKind: Sendable {
  var names: [String]
  /// Nil where the program found needs nothing.
  var advice: @Sendable (_ places: ProgramPlaces, _ name: String, _ path: String) -> ProgramStore?
}
