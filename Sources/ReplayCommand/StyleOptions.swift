import ArgumentParser
import CommandSupport
import Glibc
import Replay

/// How reports for people look, the same for every subcommand that writes one.
struct StyleOptions: ParsableArguments {
  @Option(name: .long, help: "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorChoice.auto

  @Option(name: .long, help: "Columns after which a line is continued on the next, at least 60.")
  var width = 100

  func validate() throws {
    guard width >= 60 else {
      throw ValidationError("--width \(width) is too narrow; give at least 60 columns")
    }
  }

  var options: ShowOptions { ShowOptions(color: color.isOn(for: STDOUT_FILENO), width: width) }
}
