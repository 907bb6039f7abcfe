import CLinux
import Glibc

/// The mark of the relay's own connections, by which firewall rules tell them from others'.
public enum UpstreamMark {
  /// Why connections cannot be marked.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public var mark: UInt32
    /// The value of `errno`.
    public var code: Int32

    public var description: String {
      "cannot mark its own connections with 0x\(String(mark, radix: 16)) (SO_MARK): \(String(cString: strerror(code)))"
    }
  }

  /// Tries whether this thread may mark sockets; without the mark a relay would intercept itself.
  public static func check(_ mark: UInt32) throws(Failure) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var value = mark
    guard setsockopt(descriptor, SOL_SOCKET, SO_MARK, &value, socklen_t(MemoryLayout<UInt32>.size)) == 0
    else {
      throw Failure(mark: mark, code: errno)
    }
  }
}
