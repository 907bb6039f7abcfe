/// The line that says which capture the lines behind it are from.
///
///     ==> recordings/relay-20261201T080000Z.pcap <==
struct FileLine {
  private let file: String

  init(_ file: String) {
    self.file = file
  }

  func write(_ options: ShowOptions, into output: inout [UInt8]) {
    var line = StyledLine(indent: 0)
    line.add("==> \(DisplayText.safe(file)) <==", .bold)
    line.write(width: options.width, color: options.color, into: &output)
  }
}
