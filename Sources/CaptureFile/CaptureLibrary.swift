import CPcap

/// The libpcap that this program runs with.
public enum CaptureLibrary {
  /// `libpcap version 1.10.3 (with TPACKET_V3)`.
  public static var version: String {
    pcap_lib_version().map { String(cString: $0) } ?? "unknown"
  }
}
