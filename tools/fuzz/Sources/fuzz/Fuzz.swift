import FuzzInput
import Glibc
import Packets

/// `fuzz TARGET [LIBFUZZER-OPTION…] [CORPUS…]`: feeds one parser with what libFuzzer makes up.
@main struct Fuzz {
  static func main() {
    guard CommandLine.arguments.count > 1, let run = parser(CommandLine.arguments[1]) else {
      let names = FuzzTarget.allCases.map(\.rawValue) + ["packets", "capture", "replay"]
      print("usage: fuzz \(names.joined(separator: "|")) [libFuzzer options and corpora]")
      exit(64)
    }
    chosen = run
    // libFuzzer reads the arguments behind the target's name, which takes the place of the program's.
    var count = CommandLine.argc - 1
    var arguments = CommandLine.unsafeArgv + 1
    exit(
      runDriver(&count, &arguments) { data, count in
        chosen(Array(UnsafeBufferPointer(start: data, count: count)))
        return 0
      })
  }

  private static func parser(_ name: String) -> (([UInt8]) -> Void)? {
    if name == "packets" { return readPackets }
    if name == "capture" { return CaptureTarget.run }
    if name == "replay" { return ReplayTarget.run }
    return FuzzTarget(rawValue: name).map { target in { target.run($0) } }
  }

  /// A byte that chooses the link type, then a frame.
  private static func readPackets(_ input: [UInt8]) {
    guard let choice = input.first else { return }
    let types = LinkType.allCases
    let frame = Array(input.dropFirst())
    let reader = PacketReader(linkType: types[Int(choice) % types.count])
    for originalLength in [nil, frame.count * 2] {
      guard let packet = try? reader.read(frame.span, originalLength: originalLength) else { continue }
      switch packet.content {
      case .tcp(let segment):
        precondition(segment.payload.upperBound <= frame.count, "a payload beyond its frame")
      case .udp(let datagram):
        precondition(datagram.payload.upperBound <= frame.count, "a payload beyond its frame")
      case .fragment(let fragment):
        precondition(fragment.payload.upperBound <= frame.count, "a payload beyond its frame")
      case .other(_, let payload):
        precondition(payload.upperBound <= frame.count, "a payload beyond its frame")
      }
    }
  }
}

// libFuzzer calls back through a C function pointer, which can carry no context; one thread does it all.
nonisolated(unsafe) private var chosen: ([UInt8]) -> Void = { _ in }

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
