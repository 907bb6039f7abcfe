import Glibc
import LinuxSystem

/// The environment that makes programs with certificate stores of their own use the relay's merged bundle.
///
/// A variable that the caller has set to a file stays as it is: the file is one of `callersBundles`, and the relay
/// mounts a copy with its CA appended over it, so that the command trusts what it trusted before, and the relay. One
/// that names a directory or nothing cannot be helped so: it is set to the merged bundle, and a note says it.
public struct TrustEnvironment: Hashable, Sendable {
  /// Variables to set.
  public var changes: [String: String] = [:]
  /// Bundles that the caller's own variables name, which get the relay's CA appended too.
  public var callersBundles: [String] = []
  /// What the user should know: a variable of theirs that had to be changed.
  public var notes: [String] = []

  /// Each names one PEM file, which replaces the program's own store, or adds to it (NODE_EXTRA_CA_CERTS).
  static let variables = [
    // OpenSSL and what goes by its defaults: Python's ssl, Ruby, Perl, Go, Rust's native roots, uv, httpx.
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE", "DENO_CERT", "NIX_SSL_CERT_FILE", "BUNDLE_SSL_CA_CERT",
    "PERL_LWP_SSL_CA_FILE", "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "YARN_HTTPS_CA_FILE_PATH", "JULIA_SSL_CA_ROOTS_PATH", "HEX_CACERTS_PATH",
  ]

  /// - Parameters:
  ///   - bundle: the path of the system's bundle, over which the merged one is mounted.
  ///   - environment: the caller's environment.
  public init(bundle: String, environment: [String: String]) {
    for variable in Self.variables {
      guard let value = environment[variable], !value.isEmpty else {
        changes[variable] = bundle
        continue
      }
      if let file = SystemFiles.resolvedFile(value) {
        if file != bundle, !callersBundles.contains(file) { callersBundles.append(file) }
      } else {
        changes[variable] = bundle
        notes.append("\(variable) is '\(value)', which is no file; the command gets '\(bundle)' instead")
      }
    }
  }

  /// The system's bundles that exist, symbolic links resolved, the preferred one first.
  public static func systemBundles() -> [String] {
    distinctFiles([
      // Debian and most others; Fedora; openSUSE; Alpine and the BSDs' place, which OpenSSL may look at.
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
      "/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/cert.pem", "/usr/lib/ssl/cert.pem",
    ])
  }

  /// The Java trust stores that exist, symbolic links resolved: the system's, and that of each JDK which JAVA_HOME
  /// or PATH leads to.
  ///
  /// Where there is none to replace, JAVA_TOOL_OPTIONS with `-Djavax.net.ssl.trustStore=FILE` is what remains; it
  /// is the last resort, for it makes every JVM print a line to standard error.
  public static func javaTrustStores(environment: [String: String]) -> [String] {
    var homes = [environment["JAVA_HOME"], environment["JDK_HOME"]].compactMap(\.self)
    for directory in (environment["PATH"] ?? "").split(separator: ":") {
      guard let java = SystemFiles.resolvedFile("\(directory)/java") else { continue }
      // HOME/bin/java, or HOME/jre/bin/java before Java 9.
      homes.append(java.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())
    }
    let stores = homes.flatMap { ["\($0)/lib/security/cacerts", "\($0)/jre/lib/security/cacerts"] }
    return distinctFiles(
      ["/etc/ssl/certs/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts", "/etc/pki/java/cacerts"]
        + stores)
  }

  private static func distinctFiles(_ paths: [String]) -> [String] {
    var files: [String] = []
    for file in paths.compactMap(SystemFiles.resolvedFile) where !files.contains(file) { files.append(file) }
    return files
  }
}

extension SystemFiles {
  /// The path without symbolic links, if it leads to a regular file.
  fileprivate static func resolvedFile(_ path: String) -> String? {
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    return resolved(path)
  }
}
