/// Why nothing in a file can be used.
package struct FileFailure: Error, Hashable, Sendable {
  /// From 1.
  package var line: Int?
  package var reason: String
  /// Whether there is no such file.
  package var isAbsence: Bool

  package init(line: Int? = nil, reason: String, isAbsence: Bool = false) {
    self.line = line
    self.reason = reason
    self.isAbsence = isAbsence
  }
}
