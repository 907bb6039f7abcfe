import CPcap

/// The libpcap that this program runs with.
public enum CaptureLibrary {
  /// `libpcap version 1.10.3 (with TPACKET_V3)`.
  public static var version: String {
    pcap_lib_version().map { String(cString: $0) } ?? "unknown"
  }

  /// What a DLT number stands for: `105 (IEEE802_11: 802.11)`; the number alone where nobody knows it.
  public static func linkName(_ number: Int32) -> String {
    // libpcap's names are constants.
    guard let name = pcap_datalink_val_to_name(number) else { return "\(number)" }
    guard let description = pcap_datalink_val_to_description(number) else {
      return "\(number) (\(String(cString: name)))"
    }
    return "\(number) (\(String(cString: name)): \(String(cString: description)))"
  }
}
