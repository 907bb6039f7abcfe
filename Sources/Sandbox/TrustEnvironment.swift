/// The environment that makes programs with certificate stores of their own use the relay's merged bundle.
public struct TrustEnvironment: Hashable, Sendable {
  /// Variables to set.
  public var changes: [String: String]
  /// Bundles that the caller's own variables name: they keep their names, and get the relay's CA appended too.
  public var callersBundles: [String]
  /// What the user should know: a variable of theirs that had to be changed.
  public var notes: [String]

  /// - Parameters:
  ///   - bundle: the path of the system's bundle, over which the merged one is mounted.
  ///   - environment: the caller's environment.
  public init(bundle: String, environment: [String: String]) {
    changes = [:]
    callersBundles = []
    notes = []
  }

  /// The system's bundles that exist, symbolic links resolved, the preferred one first.
  public static func systemBundles() -> [String] { [] }

  /// The Java trust stores that exist, symbolic links resolved.
  public static func javaTrustStores(environment: [String: String]) -> [String] { [] }
}
