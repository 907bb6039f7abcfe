import SessionEvents

/// How the packets of one pcapng interface count time (draft-ietf-opsawg-pcapng §4.2, if_tsresol and if_tsoffset).
struct InterfaceClock: Hashable {
  private enum Tick: Hashable {
    /// Decimal, a nanosecond or longer: how many.
    case nanoseconds(UInt64)
    /// Decimal, shorter than a nanosecond: how many make one.
    case perNanosecond(UInt128)
    /// 2 to the power of minus this many seconds.
    case binary(UInt8)
  }

  private let tick: Tick
  /// Seconds to be added to every time.
  private let offset: Int64

  /// `resolution` is a negative power of 10, or of 2 where its highest bit is set.
  init(resolution: UInt8 = 6, offset: Int64 = 0) {
    let exponent = resolution & 0x7f
    self.offset = offset
    if resolution & 0x80 != 0 {
      tick = .binary(exponent)
    } else if exponent <= 9 {
      tick = .nanoseconds(UInt64(Self.powerOfTen(9 - exponent)))
    } else {
      // Ticks of 64 bits never make a nanosecond of so many.
      tick = .perNanosecond(Self.powerOfTen(min(exponent - 9, 38)))
    }
  }

  /// The time, cut to nanoseconds and clamped to the range of timestamps.
  func time(_ ticks: UInt64) -> Timestamp {
    let nanoseconds: Int64
    switch tick {
    case .nanoseconds(let count):
      let (product, overflow) = ticks.multipliedReportingOverflow(by: count)
      nanoseconds = overflow ? .max : Int64(clamping: product)
    case .perNanosecond(let count):
      nanoseconds = Int64(clamping: UInt128(ticks) / count)
    case .binary(let exponent):
      nanoseconds = Int64(clamping: (UInt128(ticks) * 1_000_000_000) >> UInt128(exponent))
    }
    guard offset != 0 else { return Timestamp(nanoseconds: nanoseconds) }
    return Timestamp(nanoseconds: Int64(clamping: Int128(nanoseconds) + Int128(offset) * 1_000_000_000))
  }

  private static func powerOfTen(_ exponent: UInt8) -> UInt128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
