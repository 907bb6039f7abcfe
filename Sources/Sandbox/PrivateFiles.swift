import CLinux
import Glibc
import LinuxSystem

/// Files that show other contents in this mount namespace only.
///
/// They live in a tmpfs that is mounted for a moment, and detached as soon as each is bound to its place: nothing
/// has a path of its own, and with the last process of the namespace everything is gone, whatever ended it.
enum PrivateFiles {
  static func install(_ files: [ReplacedFile], hiding hiddenPaths: [String]) throws(SandboxError) {
    let places = try places(of: files, hiding: hiddenPaths)
    defer { for place in places { close(place.descriptor) } }
    guard !places.isEmpty else { return }
    let scratch = try mountScratch()
    defer { clinux_detach(scratch) }
    // A umask of the caller's may not take away the reading.
    let mask = umask(0)
    defer { umask(mask) }
    for (index, place) in places.enumerated() {
      try bind(place, from: "\(scratch)/\(index)")
    }
  }

  /// What is to be covered, held open, so that the scratch mount can hide its path without harm.
  private struct Place {
    var path: String
    var descriptor: Int32
    var contents: [UInt8]
    var mode: mode_t
  }

  private static func places(
    of files: [ReplacedFile], hiding hiddenPaths: [String]
  ) throws(SandboxError) -> [Place] {
    var places: [Place] = []
    for file in files {
      let descriptor = clinux_open_path(file.path)
      if descriptor >= 0 {
        places.append(
          Place(path: file.path, descriptor: descriptor, contents: file.contents, mode: 0o444))
      } else if file.isRequired {
        throw .fileMissing(path: file.path, errno: errno)
      }
    }
    for path in hiddenPaths {
      let descriptor = clinux_open_path(path)
      // Anyone may write to what covers a socket: connecting then fails with ECONNREFUSED, as if nobody listened,
      // which resolvers take as a sign to go on to DNS, and not with EACCES.
      if descriptor >= 0 {
        places.append(Place(path: path, descriptor: descriptor, contents: [], mode: 0o666))
      }
    }
    return places
  }

  /// Mounts a tmpfs over a directory that every system has.
  private static func mountScratch() throws(SandboxError) -> String {
    let candidates = ["/tmp", "/run", "/usr"]
    let directory = candidates.first { path in access(path, F_OK) == 0 } ?? "/dev"
    guard clinux_mount_tmpfs(directory) == 0 else {
      throw .systemCall(name: "mount tmpfs", stage: .files, errno: errno)
    }
    return directory
  }

  private static func bind(_ place: Place, from source: String) throws(SandboxError) {
    let file = open(source, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, place.mode)
    guard file >= 0 else { throw .systemCall(name: "open \(source)", stage: .files, errno: errno) }
    defer { close(file) }
    guard SystemFiles.write(place.contents, to: file) else {
      throw .systemCall(name: "write the copy of \(place.path)", stage: .files, errno: errno)
    }
    guard clinux_bind(source, "/proc/self/fd/\(place.descriptor)") == 0 else {
      throw .systemCall(name: "mount over \(place.path)", stage: .files, errno: errno)
    }
  }
}
