public import Inspection

/// Turns what an Inspector observes into lines of text, the same whether it watches live or reads a recording.
///
/// A report touches neither files nor the terminal: the caller owns the output and writes it when it likes.
public protocol ObservationReport {
  /// Appends to `output` the lines, as UTF-8 with line ends, that the observation adds to the report.
  mutating func receive(_ observation: Observation, into output: inout [UInt8])
}
