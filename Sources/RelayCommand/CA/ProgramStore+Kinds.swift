import LinuxSystem
import Sandbox

extension ProgramStore {
  /// All that are known, in the order in which they are listed.
  static let kinds: [ProgramKind] =
    variables + [java] + foreignBuilds + [firefox, chromium, thunderbird, mono, snap, flatpak, containers]

  /// Programs that a variable is enough for.
  private static let variables: [ProgramKind] = [
    kind(["node"], "has roots compiled in; set:") {
      ["NODE_EXTRA_CA_CERTS=\($0.file)"]
    },
    kind(["bun"], "has roots compiled in; set:") {
      ["NODE_EXTRA_CA_CERTS=\($0.file)"]
    },
    kind(["deno"], "has roots compiled in; to use the system's, set:") { _ in ["DENO_TLS_CA_STORE=system"] },
    kind(["python3", "python"], "requests, pip and others bring certifi's roots; set:") {
      ["REQUESTS_CA_BUNDLE=\($0.bundle)", "PIP_CERT=\($0.bundle)", "SSL_CERT_FILE=\($0.bundle)"]
    },
    kind(["uv"], "has roots compiled in; set:") { ["SSL_CERT_FILE=\($0.bundle)"] },
    kind(["conda", "mamba"], "has certifi's roots; set:") {
      ["CONDA_SSL_VERIFY=\($0.bundle)"]
    },
    kind(["aws"], "has certifi's roots; set:") { ["AWS_CA_BUNDLE=\($0.bundle)"] },
    kind(["gcloud"], "has certifi's roots; set:") {
      ["CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE=\($0.bundle)"]
    },
    kind(["az"], "has certifi's roots; set:") { ["REQUESTS_CA_BUNDLE=\($0.bundle)"] },
  ]

  /// Programs that use the system's store, unless they were built elsewhere.
  private static let foreignBuilds: [ProgramKind] = [
    foreign("git") { "GIT_SSL_CAINFO=\($0.bundle)" },
    foreign("curl") { "CURL_CA_BUNDLE=\($0.bundle)" },
    foreign("ruby") { "SSL_CERT_FILE=\($0.bundle)" },
    foreign("php") { "SSL_CERT_FILE=\($0.bundle)" },
  ]

  /// A JDK's own store, which distributions link to one that they keep in step with the system's.
  private static let java = ProgramKind(names: ["java"]) { places, name, path in
    let stores = TrustEnvironment.javaTrustStores(environment: places.environment)
    guard let first = stores.first else {
      return ProgramStore(name: name, path: path, need: "its trust store is not found")
    }
    let lacking = stores.filter { store in
      !(places.isTrusted(byJavaStore: store) ?? distributionsJavaStores.contains(store))
    }
    guard !lacking.isEmpty else {
      return ProgramStore(name: name, path: path, isCovered: true, need: "uses '\(first)', which has the CA")
    }
    let commands = lacking.map {
      "keytool -importcert -noprompt -trustcacerts -alias wiretape -file \(places.file) -keystore \($0) -storepass changeit"
    }
    return ProgramStore(
      name: name, path: path, need: "has a store of its own, which lacks the CA; as the user who owns it:",
      settings: commands)
  }

  /// Those that are kept in step with the system's.
  private static let distributionsJavaStores = [
    "/etc/ssl/certs/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts", "/etc/pki/java/cacerts",
  ]

  private static let firefox = kind(
    ["firefox", "firefox-esr"], "has a store of its own; in /etc/firefox/policies/policies.json:"
  ) { [#"{"policies": {"Certificates": {"Install": ["\#($0.file)"]}}}"#] }

  private static let chromium = kind(
    [
      "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "brave-browser",
      "microsoft-edge",
    ],
    "has a store for each user, as whom (certutil is in libnss3-tools or nss-tools):"
  ) { [#"certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n wiretape -i \#($0.file)"#] }

  private static let thunderbird = kind(
    ["thunderbird"], "has a store of its own; in /etc/thunderbird/policies/policies.json:"
  ) { [#"{"policies": {"Certificates": {"Install": ["\#($0.file)"]}}}"#] }

  private static let mono = kind(["mono"], "has a store of its own:") { ["cert-sync \($0.bundle)"] }

  private static let snap = kind(
    ["snap"], "snapd and the programs in snaps have stores of their own; for snapd:"
  ) {
    [#"snap set system store-certs.wiretape="$(cat \#($0.file))""#]
  }

  private static let flatpak = kind(
    ["flatpak"], "programs in flatpaks see the system's store only where p11-kit's server runs:"
  ) { _ in ["systemctl --user enable --now p11-kit-server.socket"] }

  private static let containers = kind(
    ["docker", "podman"], "containers have stores of their own; mount the bundle, and name it:"
  ) { ["--volume \($0.bundle):\($0.bundle):ro --env SSL_CERT_FILE=\($0.bundle)"] }

  private static func kind(
    _ names: [String], _ need: String, _ settings: @escaping @Sendable (ProgramPlaces) -> [String]
  ) -> ProgramKind {
    ProgramKind(names: names) { places, name, path in
      ProgramStore(name: name, path: path, need: need, settings: settings(places))
    }
  }

  private static func foreign(_ name: String, _ setting: @escaping @Sendable (ProgramPlaces) -> String)
    -> ProgramKind
  {
    ProgramKind(names: [name]) { places, name, path in
      guard !places.isDistributions(path) else { return nil }
      return ProgramStore(
        name: name, path: path, need: "is not the distribution's, and may have roots of its own; set:",
        settings: [setting(places)])
    }
  }
}
