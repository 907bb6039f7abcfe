public import SessionEvents

/// What names processes, as `--process` takes it: a name, or a process number.
public struct ProcessPattern: Hashable, Sendable, CustomStringConvertible {
  /// The kernel keeps as many bytes of a process's name.
  private static let nameLimit = 15

  private let text: String
  private let pid: Int32?

  public init(_ text: String) {
    self.text = text
    pid = Int32(text)
  }

  public var description: String { text }

  /// Whether the text is the process's name, the last component of its executable's path, or its number.
  ///
  /// Letters count as they are. Of a name only what the kernel keeps of it is compared.
  public func matches(_ process: ProcessFacts) -> Bool {
    if let pid, process.pid == pid { return true }
    if let name = process.name, name.utf8.elementsEqual(text.utf8.prefix(Self.nameLimit)) { return true }
    return process.executable?.split(separator: "/").last.map { $0 == text } ?? false
  }
}
