// swift-tools-version: 6.2
import PackageDescription

// Every target builds in Swift 6 mode with warnings as errors.
let checked: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// Targets that see hostile bytes besides build under strict memory safety.
let memorySafe: [SwiftSetting] = checked + [.strictMemorySafety()]

let package = Package(
  name: "wiretape",
  products: [
    .executable(name: "relay", targets: ["RelayCommand"]),
    .executable(name: "replay", targets: ["ReplayCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C edges.
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCompression", pkgConfig: "zlib libzstd libbrotlidec",
      providers: [.apt(["zlib1g-dev", "libzstd-dev", "libbrotli-dev"])]),
    .target(name: "CLinux"),
    .target(name: "CChecksums", cSettings: [.unsafeFlags(["-O2"])]),

    // The spine, and what parses bytes.
    .target(name: "SessionEvents", swiftSettings: memorySafe),
    .target(name: "JSONText", swiftSettings: memorySafe),
    .target(
      name: "YAMLText", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: checked),
    .target(name: "Packets", dependencies: ["SessionEvents"], swiftSettings: memorySafe),
    .target(name: "Inspection", dependencies: ["SessionEvents"], swiftSettings: memorySafe),
    .target(
      name: "ContentCoding", dependencies: ["Inspection", "CCompression", "COpenSSL"],
      swiftSettings: checked),
    .target(
      name: "CaptureFile", dependencies: ["SessionEvents", "JSONText", "CPcap", "CCompression"],
      swiftSettings: checked),

    // Recording and reading.
    .target(
      name: "Recorder", dependencies: ["SessionEvents", "Packets", "CaptureFile", "CChecksums"],
      swiftSettings: checked),
    .target(
      name: "Replay",
      dependencies: ["SessionEvents", "JSONText", "Packets", "CaptureFile", "Inspection", "CChecksums"],
      swiftSettings: memorySafe),

    // The machine: its files, processes and tools; who holds a socket; the firewall.
    .target(name: "LinuxSystem", dependencies: ["CLinux"], swiftSettings: checked),
    .target(
      name: "Attribution", dependencies: ["SessionEvents", "CLinux", "LinuxSystem"], swiftSettings: checked),
    .target(name: "Redirection", dependencies: ["CLinux", "LinuxSystem"], swiftSettings: checked),

    // Interception.
    .target(name: "TLSEngine", dependencies: ["SessionEvents", "COpenSSL"], swiftSettings: checked),
    .target(name: "Sandbox", dependencies: ["CLinux", "LinuxSystem"], swiftSettings: checked),
    .target(
      name: "Relay",
      dependencies: [
        "SessionEvents", "Inspection", "TLSEngine", "CLinux",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: checked),

    // The service.
    .target(
      name: "Settings",
      dependencies: [
        "SessionEvents", "YAMLText", "TLSEngine",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: checked),
    .target(
      name: "Operations",
      dependencies: [
        "SessionEvents", "JSONText", "Inspection", "LinuxSystem",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: checked),

    // The commands.
    .target(
      name: "CommandSupport",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: checked),
    .executableTarget(
      name: "RelayCommand",
      dependencies: [
        "SessionEvents", "Packets", "Inspection", "ContentCoding", "CaptureFile", "Recorder", "Replay",
        "TLSEngine", "LinuxSystem", "Attribution", "Redirection", "Sandbox", "Relay", "Settings",
        "Operations",
        "CommandSupport", "JSONText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: checked),
    .executableTarget(
      name: "ReplayCommand",
      dependencies: [
        "SessionEvents", "YAMLText", "Inspection", "ContentCoding", "CaptureFile", "Replay", "CommandSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: checked),

    // Tests.
    .executableTarget(
      name: "SandboxProbe", dependencies: ["SessionEvents", "LinuxSystem", "Attribution", "Sandbox"],
      path: "Tests/SandboxProbe",
      swiftSettings: checked),
    .executableTarget(
      name: "RedirectionProbe", dependencies: ["CLinux", "LinuxSystem", "Redirection"],
      path: "Tests/RedirectionProbe", swiftSettings: checked),
    .executableTarget(
      name: "AttributionProbe", dependencies: ["SessionEvents", "LinuxSystem", "Attribution"],
      path: "Tests/AttributionProbe", swiftSettings: checked),
    .target(
      name: "TestSupport", dependencies: ["SessionEvents"], path: "Tests/TestSupport",
      swiftSettings: checked),
    .testTarget(
      name: "SessionEventsTests", dependencies: ["SessionEvents"], swiftSettings: checked),
    .testTarget(name: "JSONTextTests", dependencies: ["JSONText"], swiftSettings: checked),
    .testTarget(
      name: "PacketsTests", dependencies: ["SessionEvents", "Packets", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "InspectionTests",
      dependencies: ["SessionEvents", "Inspection", "ContentCoding", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "ContentCodingTests", dependencies: ["Inspection", "ContentCoding", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "CaptureFileTests", dependencies: ["SessionEvents", "CaptureFile", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "RecorderTests",
      dependencies: [
        "SessionEvents", "Packets", "CaptureFile", "CChecksums", "Recorder", "TestSupport",
      ],
      swiftSettings: checked),
    .testTarget(
      name: "ReplayTests",
      dependencies: [
        "SessionEvents", "Packets", "CaptureFile", "Inspection", "ContentCoding", "Replay",
        "TestSupport",
      ],
      swiftSettings: checked),
    .testTarget(
      name: "TLSEngineTests", dependencies: ["SessionEvents", "TLSEngine", "COpenSSL", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "SandboxTests",
      dependencies: ["Sandbox", "LinuxSystem", "CLinux", "SandboxProbe", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "AttributionTests",
      dependencies: [
        "SessionEvents", "CLinux", "LinuxSystem", "Attribution", "AttributionProbe", "TestSupport",
      ],
      swiftSettings: checked),
    .testTarget(
      name: "RedirectionTests", dependencies: ["Redirection", "RedirectionProbe", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "SettingsTests",
      dependencies: ["SessionEvents", "YAMLText", "TLSEngine", "Settings", "TestSupport"],
      swiftSettings: checked),
    .testTarget(
      name: "OperationsTests",
      dependencies: [
        "SessionEvents", "Operations", "TestSupport", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: checked),
    .testTarget(
      name: "RelayTests",
      dependencies: [
        "SessionEvents", "Inspection", "TLSEngine", "CLinux", "Relay", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: checked),
    .testTarget(
      name: "LawTests",
      dependencies: [
        "SessionEvents", "Inspection", "ContentCoding", "CaptureFile", "Recorder", "Replay",
        "TestSupport",
      ],
      swiftSettings: checked),
    .testTarget(
      name: "CommandTests",
      dependencies: ["SessionEvents", "Operations", "TestSupport", "RelayCommand", "ReplayCommand"],
      swiftSettings: checked),
    .testTarget(
      name: "IntegrationTests", dependencies: ["TestSupport", "RelayCommand", "ReplayCommand"],
      swiftSettings: checked),
  ]
)
