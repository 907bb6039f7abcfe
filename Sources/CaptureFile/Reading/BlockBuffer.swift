/// A window that moves forwards over the bytes of a capture.
struct BlockBuffer: ~Copyable {
  /// Where the window begins, in bytes of the capture.
  private(set) var offset: UInt64 = 0
  private(set) var storage: [UInt8]
  /// The window.
  private(set) var range = 0..<0

  let source: CaptureSource

  init(_ source: CaptureSource) {
    self.source = source
    storage = [UInt8](repeating: 0, count: 256 << 10)
  }

  /// Widens the window to at least `count` bytes; false where the capture ends before that.
  mutating func load(_ count: Int) throws(CaptureError) -> Bool {
    while range.count < count {
      guard try fill(count) else { return false }
    }
    return true
  }

  /// Moves the window's beginning; false where the capture ends before that.
  mutating func skip(_ count: UInt64) throws(CaptureError) -> Bool {
    var left = count
    while true {
      let step = Int(min(left, UInt64(range.count)))
      range = range.lowerBound + step..<range.upperBound
      offset += UInt64(step)
      left -= UInt64(step)
      if left == 0 { return true }
      guard try fill(1) else { return false }
    }
  }

  /// Reads what one call gives, room for `count` bytes in the window being there.
  private mutating func fill(_ count: Int) throws(CaptureError) -> Bool {
    if range.isEmpty { range = 0..<0 }
    if count > storage.count - range.lowerBound {
      storage.moveToFront(range)
      range = 0..<range.count
      if count > storage.count { storage.append(contentsOf: repeatElement(0, count: count - storage.count)) }
    }
    let end = range.upperBound
    let more = try storage.withUnsafeMutableBufferPointer { [source] bytes throws(CaptureError) in
      try source.read(
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[end...]))
    }
    range = range.lowerBound..<end + more
    return more > 0
  }
}
