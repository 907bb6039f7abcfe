/// Where a library puts what it decoded: owned by one decoder, from init to deinit.
struct OutputBuffer: ~Copyable {
  static let byteCount = 32_768

  let bytes: UnsafeMutableBufferPointer<UInt8>

  init() {
    bytes = .allocate(capacity: OutputBuffer.byteCount)
    bytes.initialize(repeating: 0)
  }

  deinit {
    bytes.deallocate()
  }

  /// Hands the first bytes on; false where no more are wanted.
  func deliver(_ count: Int, _ output: (Span<UInt8>) -> Bool) -> Bool {
    count == 0 || output(UnsafeBufferPointer(bytes).span.extracting(0..<count))
  }
}
