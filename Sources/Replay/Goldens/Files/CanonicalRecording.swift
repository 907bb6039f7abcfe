public import Inspection
import JSONText
import SessionEvents

/// A recording's exchanges, canonical, in a golden's order.
public struct CanonicalRecording: Sendable {
  /// The recording's path, for reports.
  public let path: String
  public let golden: Golden
  /// Of each of the canon's rules, whether it was about any field.
  public let metRules: [Bool]
  /// What its reader remarked.
  public let notes: [ReplayNote]

  /// Why a recording cannot be made canonical.
  public enum Failure: Error, Hashable, Sendable {
    case replay(ReplayError)
    case golden(GoldenError)
  }

  /// Reads it; what its reader remarks is part of it.
  public init(
    _ replayer: RecordingReplayer, _ canon: Canon, services: InspectionServices
  ) throws(Failure) {
    var reading = Reading(canon)
    let notes: [ReplayNote]
    do throws(ReplayError) {
      notes = try replayer.observe(services: services) { reading.receive($0) }
    } catch {
      throw .replay(error)
    }
    guard reading.byteCount <= Golden.byteLimit else {
      throw .golden(.tooLarge(path: replayer.path, limit: Golden.byteLimit))
    }
    reading.finish(notes, of: replayer.path)
    path = replayer.path
    self.notes = notes
    golden = Golden(lines: reading.lines)
    metRules = reading.canonifier.met
  }
}

private struct Reading {
  var canonifier: Canonifier
  var lines: [CanonicalLine] = []
  var byteCount = 0
  private var report = ExchangesReport()
  private var buffer: [UInt8] = []

  init(_ canon: Canon) {
    canonifier = Canonifier(canon)
  }

  mutating func receive(_ observation: Observation) {
    guard case .exchange(let exchange, let summary) = observation, byteCount <= Golden.byteLimit else {
      return
    }
    buffer.removeAll(keepingCapacity: true)
    report.receive(observation, into: &buffer)
    // The writer's own text: it is JSON.
    guard var node = try? JSONNode(reading: buffer), case .object(let members) = node else { return }
    node = .object(members.filter { $0.name != "v" })
    canonifier.canonify(&node, (exchange, summary))
    add(
      CanonicalLine(
        bytes: node.bytes, session: UInt64(exchange.session.rawValue), index: exchange.index,
        packet: exchange.packet))
  }

  /// Puts the exchanges in order, and what there is to say of the capture behind them.
  mutating func finish(_ notes: [ReplayNote], of path: String) {
    lines.sort { ($0.session ?? 0, $0.index ?? 0) < ($1.session ?? 0, $1.index ?? 0) }
    for note in notes {
      let text = Self.withoutDirectory("\(note)", of: path)
      var node = JSONNode.object([
        JSONNode.Member(name: note.isDamage ? "damage" : "note", value: .string(text))
      ])
      canonifier.canonify(&node, nil)
      guard node != .object([]) else { continue }
      add(CanonicalLine(bytes: node.bytes, packet: note.firstPacket))
    }
  }

  private mutating func add(_ line: CanonicalLine) {
    byteCount += line.bytes.count
    lines.append(line)
  }

  /// The text, in which paths beside the recording are told by their names alone: it may lie anywhere.
  private static func withoutDirectory(_ text: String, of path: String) -> String {
    let (directory, _) = WholeFile.split(path)
    guard directory != "." || path.hasPrefix("./") else { return text }
    let prefix = "'" + (directory == "/" ? "/" : directory + "/")
    return text.hasPrefix(prefix) ? "'" + text.dropFirst(prefix.count) : text
  }
}
