import Glibc
import Replay

/// Finds the rule file of each recording: the nearest one in its directory or above it.
struct CanonFiles {
  /// By directory; nil where there is none up to the root.
  private var found: [String: CanonFile?] = [:]
  private(set) var problems: [Message] = []
  private var read: [String: CanonFile?] = [:]

  /// The rule file that counts in a directory; nil where there is none.
  mutating func file(for directory: String) -> CanonFile? {
    if let known = found[directory] { return known }
    var place: String? = directory
    var result: CanonFile?
    while let current = place {
      let path = Self.join(current, CanonFile.name)
      if let file = self.file(at: path) {
        result = file
        break
      }
      place = Self.parent(of: current)
    }
    found[directory] = .some(result)
    return result
  }

  /// A rule file that must be there.
  mutating func file(named path: String) -> CanonFile? {
    guard access(path, F_OK) == 0 else {
      problems.append(.error("'\(path)': open: \(String(cString: strerror(errno)))", hint: "check the path"))
      return nil
    }
    return file(at: path)
  }

  private mutating func file(at path: String) -> CanonFile? {
    guard access(path, F_OK) == 0 else { return nil }
    if let known = read[path] { return known }
    do throws(GoldenError) {
      let file = try CanonFile(path: path)
      problems += file.problems.enumerated().map { index, text in
        .error(text, hint: index == file.problems.count - 1 ? Self.hint : nil)
      }
      read[path] = file
      return file
    } catch {
      problems.append(.error("\(error)", hint: error.hint))
      // It is there, and counts; its problem keeps everything below it from being checked.
      let file = CanonFile(unreadable: path)
      read[path] = file
      return file
    }
  }

  private static let hint = "docs/TESTING-WITH-RECORDINGS.md explains rules"

  static func join(_ directory: String, _ name: String) -> String {
    if directory == "." { return name }
    return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  /// The directory above, as a path; nil at the root.
  private static func parent(of directory: String) -> String? {
    guard let real = realpath(directory, nil) else { return nil }
    defer { free(real) }
    guard String(cString: real) != "/" else { return nil }
    if directory == "." { return ".." }
    let components = directory.split(separator: "/")
    if components.last == ".." || components.last == "." { return "\(directory)/.." }
    if components.count == 1 { return directory.hasPrefix("/") ? "/" : "." }
    return (directory.hasPrefix("/") ? "/" : "") + components.dropLast().joined(separator: "/")
  }
}

extension CanonFile {
  /// A file that is there, and cannot be read.
  fileprivate init(unreadable path: String) {
    self.init(path: path, bytes: [0])
  }
}
