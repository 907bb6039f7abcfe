import ArgumentParser
import CommandSupport
import Glibc
import Replay

struct CheckCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare recordings with what is expected of them.",
    discussion: """
      Reads every recording that has a golden beside it (NAME.expected.jsonl for NAME.pcap) and compares its exchanges \
      with that, in order. What changes whenever the same is said again (dates, ids, tokens, ports, times, cookies) is \
      not compared: the rules for that are the program's own and those of the nearest canon.yaml, in the recording's \
      directory or above it. A golden is the exchanges as 'replay exchanges' writes them, by these rules; it is made by \
      --make and written anew by --update, to be reviewed like code. A recording that passed is not read again until \
      it, its golden, its rules or this program change. docs/TESTING-WITH-RECORDINGS.md tells how to test with recordings.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   every golden is met, or was written
      1   a recording differs from its golden
      2   something could not be read or written; with --strict also a recording
          without golden, and a golden without recording
      64  the command line makes no sense

    EXAMPLE:
      In a repository whose tests/recordings holds recordings with their goldens:

        $ replay check --strict --junit report.xml tests/recordings
        3 recordings: 3 passed
    """

  @Argument(
    help: "Recordings to check; a directory stands for those below it.", completion: .file())
  var path: [String]

  @Flag(name: .long, help: "Write goldens anew, where they differ.")
  var update = false

  @Flag(
    name: .long,
    help:
      "Make goldens for recordings without. With two recordings of the same, find what differs between them, write rules for it, and make the first one's golden."
  )
  var make = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only recordings whose path or name is this; '*' stands for anything. Repeatable.", valueName: "glob"))
  var only: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Use these rules instead of the nearest canon.yaml.", valueName: "path"),
    completion: .file(extensions: ["yaml"]))
  var canon: String?

  @Flag(name: .long, help: "Fail where a recording has no golden, or a golden no recording.")
  var strict = false

  @Option(
    name: .long, help: ArgumentHelp("Write a report in JUnit's XML, too.", valueName: "path"),
    completion: .file())
  var junit: String?

  @Flag(name: .long, help: "Write JSON Lines, for programs.")
  var json = false

  @Flag(name: .long, help: "Write TAP, version 14.")
  var tap = false

  @Flag(name: .long, help: "Read every recording, whether it passed before or not.")
  var noCache = false

  @OptionGroup var jobs: JobOptions

  @Option(name: .long, help: "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorChoice.auto

  func validate() throws {
    guard !path.contains("") else { throw ValidationError("a path is empty") }
    guard !path.contains("-") else {
      throw ValidationError("standard input ('-') has no golden beside it: name a file")
    }
    guard !update || !make else { throw ValidationError("--update and --make cannot be given at once") }
    guard !json || !tap else { throw ValidationError("--json and --tap cannot be given at once") }
    guard junit != "" else { throw ValidationError("the path of --junit is empty") }
    guard junit == nil && !tap || !update && !make else {
      throw ValidationError("--junit and --tap report checks, and goldens are written here")
    }
  }

  func run() throws {
    if update || make || junit != nil { Interruption.watch() }
    if make, path.count == 2, !path.contains(where: InputList.isDirectory) {
      return try GoldenMaking(path[0], path[1], canon: canon).run()
    }
    let plan = CheckPlan(path, only: only, canon: canon)
    let form: CheckRun.Form =
      json ? .json : tap ? .tap : .text(ShowOptions(color: color.isOn(for: STDOUT_FILENO), width: 100))
    let task: CheckRun.Task = update ? .update : make ? .make : .check
    var run = CheckRun(plan, task: task, form: form, isStrict: strict, jobs: jobs.count)
    run.junitPath = junit
    if task == .check, !noCache { run.cache = .ofUser }
    try run.run()
  }
}
