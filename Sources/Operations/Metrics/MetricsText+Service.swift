import SessionEvents

extension MetricsText {
  /// What the service's parts tell of themselves.
  static func serviceFamilies(_ readings: ServiceReadings) -> [MetricFamily] {
    admissionFamilies(readings.admission) + recordingFamilies(readings.recording) + dnsFamilies(readings.dns)
      + [
        .counter(
          "wiretape_certificates_minted_total", "Leaf certificates that were signed",
          readings.certificatesMinted)
      ]
  }

  private static func admissionFamilies(_ admission: ServiceReadings.Admission) -> [MetricFamily] {
    [
      .gauge(
        "wiretape_accept_paused", "1 while no connection is accepted, else 0", admission.isPaused ? 1 : 0),
      .counter(
        "wiretape_accept_pauses_total", "Times that accepting connections was paused", admission.pauses),
      .gauge(
        "wiretape_connection_limit",
        "Connections that may be open at a time; absent where nothing limits them",
        admission.limit),
      .counters(
        "wiretape_connections_refused_total", "Connections that were closed at once",
        [("loop", admission.loops), ("unredirected", admission.unredirected)],
        labels: { [.init(name: "reason", value: $0.0)] }, value: { $0.1 }),
    ]
  }

  /// No samples where nothing is to be recorded.
  private static func recordingFamilies(_ recording: ServiceReadings.Recording?) -> [MetricFamily] {
    recordingStateFamilies(recording) + [
      .counter(
        "wiretape_recording_lost_events_total", "Events that were not recorded, after a failure",
        recording?.lostEvents),
      .counter(
        "wiretape_recording_lost_bytes_total", "Payload bytes of events that were not recorded",
        recording?.lostBytes),
      .counter(
        "wiretape_recording_gap_bytes_total", "Stream bytes that stand in the recording as gaps",
        recording?.gapBytes),
      .counter(
        "wiretape_recording_rotations_total", "Times that a new file was begun", recording?.rotations),
      .counter(
        "wiretape_recording_deleted_files_total", "Closed files that were deleted to keep the quota",
        recording?.deletedFiles),
      .counter(
        "wiretape_recording_failures_total", "Times that writing the recording failed", recording?.failures),
    ]
  }

  private static func recordingStateFamilies(_ recording: ServiceReadings.Recording?) -> [MetricFamily] {
    [
      .gauge(
        "wiretape_recording_active",
        "1 while sessions are recorded, 0 after a failure; absent where none are to be",
        recording.map { $0.state == .recording ? 1 : 0 }),
      .gauge(
        "wiretape_recording_queue_events", "Events that wait to be recorded", recording?.queuedEvents),
      .gauge(
        "wiretape_recording_queue_bytes", "Payload bytes of events that wait to be recorded",
        recording?.queuedBytes),
      .counter(
        "wiretape_recording_written_bytes_total", "Bytes written to captures and sidecars",
        recording?.writtenBytes),
      .counter("wiretape_recording_packets_total", "Packets recorded", recording?.packets),
    ]
  }

  private static func dnsFamilies(_ dns: ServiceReadings.DNS?) -> [MetricFamily] {
    guard let dns else { return [] }
    return [
      .counter(
        "wiretape_dns_retries_total", "DNS queries that were sent again, to the same nameserver or the next",
        dns.retries),
      .counter(
        "wiretape_dns_timeouts_total", "Tries that no nameserver answered in time", dns.timeouts),
      .counter(
        "wiretape_dns_queries_unanswered_total",
        "DNS queries that no nameserver answered, so that the client was told SERVFAIL", dns.unanswered),
      .counter(
        "wiretape_dns_answers_mismatched_total",
        "Messages from nameservers that answered no query, and were dropped", dns.mismatches),
      .counters(
        "wiretape_dns_queries_refused_total", "DNS queries that were not forwarded",
        [("busy", dns.dropped), ("loop", dns.loops), ("unredirected", dns.unredirected)],
        labels: { [.init(name: "reason", value: $0.0)] }, value: { $0.1 }),
    ]
  }

  /// The names that every client library of Prometheus uses.
  static func processFamilies(_ process: ProcessReadings, started: Timestamp) -> [MetricFamily] {
    [
      .single(
        "process_cpu_seconds_total", .counter, "CPU time used, in user and kernel mode, in seconds",
        process.cpuSeconds.map { .real($0) }),
      .gauge("process_open_fds", "Open file descriptors", process.openDescriptors),
      .gauge("process_max_fds", "File descriptors that may be open", process.descriptorLimit),
      .gauge("process_resident_memory_bytes", "Resident memory in bytes", process.residentBytes),
      .gauge("process_virtual_memory_bytes", "Virtual memory in bytes", process.virtualBytes),
      .gauge("process_threads", "Threads", process.threads),
      .single(
        "process_start_time_seconds", .gauge, "When the service started, in seconds since 1970",
        .real(Double(started.nanoseconds / 1_000_000) / 1_000)),
    ]
  }
}
