import CLinux
import Glibc

/// One end of the socket pair between the relay and the launcher.
struct ControlChannel: Sendable {
  let descriptor: Int32

  /// False when the other end is gone.
  @discardableResult
  func send(_ bytes: [UInt8], descriptors: [Int32] = []) -> Bool {
    clinux_send(descriptor, bytes, bytes.count, descriptors, descriptors.count) == bytes.count
  }

  /// Waits for one message; nil when the other end is gone.
  func receive() -> (bytes: [UInt8], descriptors: [Int32])? {
    var bytes = [UInt8](repeating: 0, count: maximumMessage)
    var descriptors = [Int32](repeating: -1, count: 16)
    var count = 0
    let received = clinux_receive(descriptor, &bytes, bytes.count, &descriptors, &count)
    guard received > 0 else { return nil }
    return (Array(bytes.prefix(received)), Array(descriptors.prefix(count)))
  }

  @discardableResult
  func send(_ order: Order) -> Bool { send(order.encoded()) }

  @discardableResult
  func send(_ report: Report, descriptors: [Int32] = []) -> Bool {
    send(report.encoded(), descriptors: descriptors)
  }
}
