import JSONText
import SessionEvents

extension StatusReport {
  /// So many sessions are listed, the first to be opened; of the others only the number is told.
  static let longestSessionList = 10_000

  /// One JSON object and a line end; docs/METRICS.md describes it.
  package func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("v", 1)
      write(identity, to: &json)
      json.field("now", now.description)
      json.field("uptime", now.nanoseconds(since: identity.started))
      json.field("recording") { json in
        if let recording = readings.recording { Self.write(recording, to: &json) } else { json.null() }
      }
      json.field("admission") { Self.write(readings.admission, to: &$0) }
      json.field("dns") { json in
        if let dns = readings.dns { Self.write(dns, to: &json) } else { json.null() }
      }
      json.field("certificates_minted", readings.certificatesMinted)
      json.field("totals") { totals.write(to: &$0) }
      json.field("live", sessions.count)
      json.field("sessions") { json in
        json.array { json in
          for session in sessions.prefix(Self.longestSessionList) { session.write(to: &json, now: now) }
        }
      }
    }
    json.endLine()
    return json.bytes
  }

  private func write(_ identity: ServiceIdentity, to json: inout JSONWriter) {
    json.field("version", identity.version)
    json.field("pid", identity.pid)
    json.field("started", identity.started.description)
    json.field("configuration", identity.configurationFile)
    json.field("listeners") { json in
      json.array { json in
        for listener in identity.listeners {
          json.object { json in
            json.field("purpose", listener.purpose.rawValue)
            json.field("address", listener.address.description)
          }
        }
      }
    }
  }

  private static func write(_ recording: ServiceReadings.Recording, to json: inout JSONWriter) {
    json.object { json in
      json.field("state", recording.state.rawValue)
      json.field("failure", recording.failure)
      json.field("file", recording.file)
      json.field("written_bytes", recording.writtenBytes)
      json.field("packets", recording.packets)
      json.field("queued_events", recording.queuedEvents)
      json.field("queued_bytes", recording.queuedBytes)
      json.field("lost_events", recording.lostEvents)
      json.field("lost_bytes", recording.lostBytes)
      json.field("gap_bytes", recording.gapBytes)
      json.field("rotations", recording.rotations)
      json.field("deleted_files", recording.deletedFiles)
      json.field("failures", recording.failures)
    }
  }

  private static func write(_ admission: ServiceReadings.Admission, to json: inout JSONWriter) {
    json.object { json in
      json.field("paused", admission.isPaused)
      json.field("pauses", admission.pauses)
      json.field("limit", admission.limit)
      json.field("unredirected", admission.unredirected)
      json.field("loops", admission.loops)
    }
  }

  private static func write(_ dns: ServiceReadings.DNS, to json: inout JSONWriter) {
    json.object { json in
      json.field("retries", dns.retries)
      json.field("timeouts", dns.timeouts)
      json.field("unanswered", dns.unanswered)
      json.field("mismatches", dns.mismatches)
      json.field("dropped", dns.dropped)
      json.field("loops", dns.loops)
      json.field("unredirected", dns.unredirected)
    }
  }
}

extension LiveSession {
  fileprivate func write(to json: inout JSONWriter, now: Timestamp) {
    json.object { json in
      json.field("session", id.rawValue)
      json.field("transport", opening.transport.rawValue)
      json.field("client", opening.client.description)
      json.field("server", opening.originalDestination.description)
      json.field("host", serverName)
      json.field("opened", opened.description)
      json.field("age", now.nanoseconds(since: opened))
      json.field("state", state.rawValue)
      json.field("treatment", treatment?.rawValue)
      json.field("tls", tlsVersion)
      json.field("alpn", alpn)
      json.field("client_bytes", bytes[.clientToServer])
      json.field("server_bytes", bytes[.serverToClient])
      json.field("process") { json in
        if let process = opening.process { Self.write(process, to: &json) } else { json.null() }
      }
    }
  }

  /// Without the command line, which may hold secrets and be long.
  private static func write(_ process: ProcessFacts, to json: inout JSONWriter) {
    json.object { json in
      json.field("pid", process.pid)
      json.field("uid", process.uid)
      json.field("user", process.user)
      json.field("name", process.name)
      json.field("executable", process.executable)
      json.field("unit", process.unit)
    }
  }
}

extension LedgerTotals {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("opened") { Self.write(opened, to: &$0, name: \.rawValue) }
      json.field("closed") { Self.write(closed, to: &$0, name: \.rawValue) }
      json.field("treatments") { Self.write(treatments, to: &$0, name: \.rawValue) }
      json.field("stream_bytes") { Self.write(streamBytes, to: &$0) }
      json.field("datagram_bytes") { Self.write(datagramBytes, to: &$0) }
      json.field("datagrams") { Self.write(datagrams, to: &$0) }
      json.field("gaps") { Self.write(gaps, to: &$0) }
      json.field("gap_bytes") { Self.write(gapBytes, to: &$0) }
      json.field("handshakes") { writeHandshakes(to: &$0) }
      json.field("bad_certificates", badCertificates)
      json.field("failures") { Self.write(failures, to: &$0, name: \.rawValue) }
      json.field("resets") { Self.write(resets, to: &$0, name: \.rawValue) }
    }
  }

  private func writeHandshakes(to json: inout JSONWriter) {
    json.object { json in
      for party in Party.allCases {
        json.field(party.rawValue) { json in
          json.object { json in
            for version in HandshakeKind.Version.allCases {
              json.field(version.rawValue, handshakes[HandshakeKind(party, version)])
            }
          }
        }
      }
    }
  }

  private static func write<Key>(_ tally: Tally<Key>, to json: inout JSONWriter, name: (Key) -> String) {
    json.object { json in
      for key in Key.allCases { json.field(name(key), tally[key]) }
    }
  }

  private static func write(_ traffic: Traffic, to json: inout JSONWriter) {
    json.object { json in
      json.field("client", traffic.clientToServer)
      json.field("server", traffic.serverToClient)
    }
  }
}
