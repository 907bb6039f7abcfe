/// A process's arguments, as /proc/PID/cmdline has them, bounded.
struct ArgumentList: Hashable {
  /// In bytes, the zero after each argument included.
  static let byteLimit = 4_096
  static let countLimit = 64

  var arguments: [String]
  /// Whether there is more than is told.
  var isCut: Bool

  /// - Parameter bytes: the beginning of the file, one byte more than `byteLimit` of it.
  ///
  /// Empty arguments at the end are left out: programs that change what is told of them there leave many.
  init(_ bytes: [UInt8]) {
    let told = bytes.prefix(Self.byteLimit)
    var parts = told.split(separator: 0, omittingEmptySubsequences: false)
    while parts.last?.isEmpty == true { parts.removeLast() }
    isCut = bytes.count > Self.byteLimit || parts.count > Self.countLimit
    arguments = parts.prefix(Self.countLimit).map { String(decoding: $0, as: UTF8.self) }
  }
}
