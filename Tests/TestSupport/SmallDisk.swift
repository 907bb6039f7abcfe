import Foundation

/// A file system of its own of a given size, which lives as long as this object.
///
/// A child process holds it mounted in its mount namespace; its files are reached through `/proc/PID/root`.
public final class SmallDisk {
  /// No file system can be mounted in a namespace of its own.
  public struct Unmountable: Error {}

  public let path: String
  private let holder = Process()
  private let input = Pipe()

  public init(kibibytes: Int) throws {
    let output = Pipe()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    // Prints its process id once mounted; ends when its standard input does.
    holder.arguments = [
      "unshare", "-Urm", "sh", "-c",
      "mount -t tmpfs -o size=\(kibibytes)k tmpfs /mnt && echo $$ && exec cat",
    ]
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let pid = Int(line) else { throw Unmountable() }
    path = "/proc/\(pid)/root/mnt"
  }

  deinit {
    try? input.fileHandleForWriting.close()
    holder.waitUntilExit()
  }
}
