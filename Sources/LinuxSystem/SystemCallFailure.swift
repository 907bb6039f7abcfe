import Glibc

/// A system call that failed.
package struct SystemCallFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package var call: String
  /// The value of `errno`.
  package var code: Int32

  package init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  /// `bind: Address already in use`.
  package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
