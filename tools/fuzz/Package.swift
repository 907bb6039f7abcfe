// swift-tools-version: 6.2
import PackageDescription

// The modules under test are compiled anew, by links to their sources, so that the fuzzer sees their branches: a
// package cannot ask for unsafe flags of its dependencies.
let sanitized: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .unsafeFlags(["-sanitize=fuzzer,address"]),
]

let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl"),
    .systemLibrary(name: "CCompression", pkgConfig: "zlib libzstd libbrotlidec"),
    .target(name: "SessionEvents", swiftSettings: sanitized),
    .target(name: "JSONText", swiftSettings: sanitized),
    .target(name: "Packets", dependencies: ["SessionEvents"], swiftSettings: sanitized),
    .target(
      name: "CaptureFile", dependencies: ["SessionEvents", "JSONText", "CPcap", "CCompression"],
      swiftSettings: sanitized),
    .target(name: "Inspection", dependencies: ["SessionEvents"], swiftSettings: sanitized),
    .target(
      name: "ContentCoding", dependencies: ["Inspection", "CCompression", "COpenSSL"],
      swiftSettings: sanitized),
    .target(
      name: "FuzzInput", dependencies: ["SessionEvents", "Inspection", "ContentCoding"],
      swiftSettings: sanitized),
    .target(name: "CChecksums", cSettings: [.unsafeFlags(["-O2"])]),
    .target(
      name: "Replay",
      dependencies: ["SessionEvents", "JSONText", "Packets", "CaptureFile", "Inspection", "CChecksums"],
      swiftSettings: sanitized),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "FuzzInput", "SessionEvents", "Packets", "CaptureFile", "Inspection", "ContentCoding", "Replay",
      ],
      swiftSettings: sanitized + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
