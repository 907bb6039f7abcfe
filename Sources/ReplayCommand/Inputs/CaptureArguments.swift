import ArgumentParser
import Glibc

/// Which captures to read.
struct CaptureArguments: ParsableArguments {
  @Argument(
    help: "Captures to read; a directory stands for the captures below it, '-' for standard input.",
    completion: .file())
  var file: [String]

  func validate() throws {
    guard file.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input ('-') can be read once only")
    }
    guard !file.contains("") else { throw ValidationError("a file's name is empty") }
  }
}

/// How many captures to read at a time.
struct JobOptions: ParsableArguments {
  private static let most = 256

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Captures to read at a time. (default: as many as there are processors)", valueName: "count"))
  var jobs: Int?

  func validate() throws {
    guard let jobs else { return }
    guard (1...Self.most).contains(jobs) else {
      throw ValidationError("--jobs \(jobs) is not between 1 and \(Self.most)")
    }
  }

  var count: Int { jobs ?? max(1, min(Self.most, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }
}
