/// Decompresses one kind of data, a piece at a time.
protocol StreamDecoder: AnyObject {
  /// Whether the data may end here: behind a whole member or frame.
  var mayEnd: Bool { get }

  /// Takes some of `input`, which may be empty, and puts some bytes into `output`; returns how many of each.
  ///
  /// Where nothing is put, and `input` was not empty, some of it was taken.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionDefect) -> (taken: Int, put: Int)
}
