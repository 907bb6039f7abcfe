public import SessionEvents

/// How a service names a recording: `relay-20261201T080000Z`, and `relay-20261201T080000Z-2` where that is taken.
///
/// In order of time: names of the same second by their numbers.
public struct RecordingName: Hashable, Comparable, Sendable {
  /// `20261201T080000Z`: date and time of day, UTC.
  private let stamp: String
  private var number: Int

  /// The most names that one second has.
  private static let numberLimit = 99_999

  public init(_ time: Timestamp, number: Int = 1) {
    let civil = CivilTime(time)
    stamp = "\(civil.date)T\(civil.timeOfDay)Z".filter { $0 != "-" && $0 != ":" }
    self.number = number
  }

  /// The name of the recording to which a capture or sidecar of this file name belongs; nil where none does.
  public init?(fileName: String) {
    guard let suffix = [Self.captureSuffix, Self.sidecarSuffix].first(where: fileName.hasSuffix) else {
      return nil
    }
    let parts = fileName.dropLast(suffix.utf8.count).split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0] == "relay", Self.isStamp(parts[1]) else { return nil }
    stamp = String(parts[1])
    guard parts.count == 3 else {
      number = 1
      return
    }
    guard let number = Int(parts[2]), String(number) == parts[2], number > 1 else { return nil }
    self.number = number
  }

  /// The name after this one, of the same second; nil where there are too many.
  public var next: RecordingName? {
    guard number < Self.numberLimit else { return nil }
    var next = self
    next.number += 1
    return next
  }

  public func isOfSameSecond(as other: RecordingName) -> Bool { stamp == other.stamp }

  public var capture: String { stem + Self.captureSuffix }
  public var sidecar: String { stem + Self.sidecarSuffix }

  /// Bytes that are in the order of the names, and stand with other names where those do.
  public var order: [UInt8] {
    let digits = String(number)
    let padding = String(repeating: "0", count: max(0, String(Self.numberLimit).count - digits.count))
    return Array("relay-\(stamp)-\(padding)\(digits)".utf8)
  }

  public static func < (one: RecordingName, other: RecordingName) -> Bool {
    (one.stamp, one.number) < (other.stamp, other.number)
  }

  private static let captureSuffix = ".pcap"
  private static let sidecarSuffix = ".sessions.jsonl"

  private var stem: String { number == 1 ? "relay-\(stamp)" : "relay-\(stamp)-\(number)" }

  private static func isStamp(_ text: Substring) -> Bool {
    let pattern = "00000000T000000Z".utf8
    return text.utf8.count == pattern.count
      && zip(text.utf8, pattern).allSatisfy { byte, wanted in
        wanted == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == wanted
      }
  }
}
