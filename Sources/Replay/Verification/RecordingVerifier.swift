import CaptureFile
import Packets
import SessionEvents

/// Proves a recording against its sidecar.
///
/// Proved is, of every session that the sidecar closes: that its packets are there, in the order in which they were
/// recorded, none twice; that both streams have the recorded bytes (CRC-32C); and that it begins and ends as told. Of
/// every packet, that it is whole and its checksums hold. Not proved is what nothing is held against: times of packets but
/// the first of a connection, and what only the sidecar tells (processes, TLS facts).
public struct RecordingVerifier: Sendable {
  public var path: String
  /// Is told, from time to time, how much was read.
  public var progress: ReadingProgress?

  public init(path: String, progress: ReadingProgress? = nil) {
    self.path = path
    self.progress = progress
  }

  /// Reads both files.
  ///
  /// - Throws: If the capture or its sidecar cannot be opened, or is none; what is wrong behind that is a difference.
  public func verify() throws(ReplayError) -> Verdict {
    do throws(CaptureError) {
      var capture = try CaptureReader(path: path)
      guard let feed = try Self.feed(path) else { return verdictWithoutSidecar(&capture) }
      let framing = feed.linkType
      return read(&capture, Verification(feed), framing)
    } catch {
      throw .capture(error)
    }
  }

  /// Nil where there is no sidecar.
  private static func feed(_ path: String) throws(CaptureError) -> SidecarFeed? {
    guard let sidecar = sidecarPath(forCapture: path) else { return nil }
    do throws(CaptureError) {
      return try SidecarFeed(path: sidecar)
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  private func read(
    _ capture: inout CaptureReader, _ verification: Verification, _ framing: String?
  ) -> Verdict {
    var told: UInt64 = 0
    do throws(CaptureError) {
      while true {
        let isReadable: Bool? = try capture.next { captured, frame in
          guard let linkType = Self.linkType(captured, framing) else { return false }
          verification.take(captured, frame, linkType: linkType)
          return true
        }
        guard let isReadable else { break }
        if !isReadable {
          return verification.finish(linkType: CaptureLibrary.linkName(capture.linkNumber ?? -1))
        }
        if capture.packetCount & 0xff == 0 { tell(capture.position, &told) }
      }
    } catch {
      return verification.finish(failure: error)
    }
    return verification.finish(failure: nil)
  }

  /// The packet's framing, if our recorder knows it, and it is what the sidecar says.
  private static func linkType(_ captured: CapturedPacket, _ framing: String?) -> LinkType? {
    switch (LinkType(number: captured.linkNumber), framing) {
    case (.raw, "raw"), (.raw, nil): .raw
    case (.ethernet, "ethernet"), (.ethernet, nil): .ethernet
    default: nil
    }
  }

  private func tell(_ position: UInt64, _ told: inout UInt64) {
    progress?.add(position - min(position, told))
    told = position
  }

  /// Says what packets say of themselves.
  private func verdictWithoutSidecar(_ capture: inout CaptureReader) -> Verdict {
    var verdict = Verdict()
    var told: UInt64 = 0
    var intactCount: UInt64 = 0
    do throws(CaptureError) {
      while let isIntact: Bool? = try capture.next({ captured, frame in
        guard let linkType = Self.linkType(captured, nil) else { return nil }
        return try? RecordedPacket(frame, linkType: linkType).isIntact
      }) {
        if isIntact == true { intactCount += 1 }
        if capture.packetCount & 0xff == 0 { tell(capture.position, &told) }
      }
    } catch {
      verdict.add(Difference(.capture("\(error)")))
    }
    verdict.packetCount = capture.packetCount
    verdict.doubt("it has no sidecar beside it: nothing tells what was recorded")
    verdict.doubt(
      "checksums hold of \(HumaneUnits.count(intactCount)) of its \(HumaneUnits.count(verdict.packetCount)) packets"
    )
    return verdict
  }
}
