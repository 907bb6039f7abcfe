import CaptureFile

/// The names of goldens.
public enum GoldenName {
  public static let suffix = ".expected.jsonl"

  /// The path of a recording's golden: `web.expected.jsonl` for `web.pcap`.
  public static func path(forRecording path: String) -> String {
    let sidecar = sidecarPath(forCapture: path) ?? path
    let ending = ".sessions.jsonl"
    return (sidecar.hasSuffix(ending) ? String(sidecar.dropLast(ending.utf8.count)) : path) + suffix
  }

  /// The one that keeps the capture's whole name, for captures that differ in their ending alone: `web.pcap.expected.jsonl`.
  public static func longPath(forRecording path: String) -> String { path + suffix }

  /// Both names that a recording's golden may have.
  public static func paths(forRecording path: String) -> [String] {
    let (short, long) = (self.path(forRecording: path), longPath(forRecording: path))
    return short == long ? [short] : [short, long]
  }
}
