extension SettingKeys {
  static let recording: [SettingKey] = [
    .optional(
      \.recording.place, .recording, nilWord: "none", in: .recording,
      .init(
        path: "write", flag: "--write", valueName: "path",
        summary: "Record into this directory, whose files rotate, or into one FILE.pcap.",
        details: "With none the relay relays and counts, and records nothing.",
        example: "/var/lib/wiretape/recordings", isPath: true)),
    .optional(
      \.recording.rotateSize, .size(least: 1 << 16), nilWord: "none", in: .recording,
      .init(
        path: "rotate_size", flag: "--rotate-size", valueName: "size",
        summary: "Begin the next file of a directory at this size.",
        isApplicable: true)),
    .optional(
      \.recording.rotateInterval, .duration(.seconds(1) ... .seconds(86_400 * 366)), nilWord: "none",
      in: .recording,
      .init(
        path: "rotate_every", flag: "--rotate-every", valueName: "duration",
        summary: "Begin the next file of a directory at this age.",
        isApplicable: true)),
    .optional(
      \.recording.maximumTotal, .size(least: 1 << 16), nilWord: "none", in: .recording,
      .init(
        path: "max_total", flag: "--max-total", valueName: "size",
        summary: "Delete the oldest closed recordings of the directory above this total.",
        details: "With none nothing is deleted, and the file system can fill.",
        isApplicable: true)),
    .scalar(
      \.recording.onFailure, .choice, in: .recording,
      .init(
        path: "on_record_failure", flag: "--on-record-failure", valueName: "policy",
        summary: """
          When the recording fails, as on a full disk: continue relays on without recording, stop ends the service.
          """, isApplicable: true)),
    .scalar(
      \.recording.linkType, .choice, in: .recording,
      .init(
        path: "link_type", flag: "--link-type", valueName: "type",
        summary: "Link type of the packets: raw (IP) or ethernet.")),
    .scalar(
      \.recording.segmentSize, .count(1...65_495), in: .recording,
      .init(
        path: "segment_size", flag: "--segment-size", valueName: "bytes",
        summary: "Most payload bytes of one TCP segment, 1 to 65495.")),
    .optional(
      \.recording.portMap, .portMap, nilWord: "standard", in: .recording,
      .init(
        path: "port_map", flag: "--port-map", valueName: "from:to,...",
        summary: "Show sessions decrypted on port FROM on port TO; '' maps nothing.",
        details: "standard shows TLS ports as their plaintext twins: 443:80, 853:53, 465:25, 993:143 ...",
        example: "443:80,853:53")),
  ]

  static let interception: [SettingKey] = [
    .scalar(
      \.interception.authorityDirectory, .path, in: .interception,
      .init(
        path: "ca_directory", flag: "--ca-directory", valueName: "directory",
        summary: "Directory of the signing CA that 'relay ca init' makes.", isPath: true)),
    .optional(
      \.interception.certificateFile, .path, nilWord: "none", in: .interception,
      .init(
        path: "ca_cert", flag: "--ca-cert", valueName: "file",
        summary: "Sign with this CA certificate (PEM) instead; needs the key, too.",
        example: "/etc/wiretape/ca.pem", isPath: true)),
    .optional(
      \.interception.keyFile, .path, nilWord: "none", in: .interception,
      .init(
        path: "ca_key", flag: "--ca-key", valueName: "file",
        summary: "The private key (PEM) of that certificate.",
        details: "Only the path is ever printed.",
        example: "/etc/wiretape/ca.key", isPath: true)),
    .list(
      \.interception.upstreamAuthorities, .path, in: .interception,
      .init(
        path: "upstream_ca", flag: "--upstream-ca", valueName: "file",
        summary: "Trust the CA certificates in this PEM file for upstream servers, besides the system's.",
        isApplicable: true, example: "[/etc/wiretape/corporate.pem]", isPath: true)),
    .scalar(
      \.interception.onBadCertificate, .choice, in: .interception,
      .init(
        path: "on_bad_certificate", flag: "--on-bad-certificate", valueName: "policy",
        summary: """
          What clients see of a bad upstream certificate: mirror shows one with the same defect, reject resets the \
          session, accept shows a good one.
          """,
        isApplicable: true)),
    .list(
      \.interception.bypass, .hostPattern, in: .interception,
      .init(
        path: "bypass", flag: "--bypass", valueName: "host",
        summary: """
          Relay TLS to this host unread, and record only that it happened; '*.example.com' for all below.
          """,
        isApplicable: true, example: "[bank.example, '*.bank.example']")),
  ]
}
