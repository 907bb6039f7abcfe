import Testing

/// A reader that takes everything would prove nothing.
@Suite struct `Exposition reader` {
  static let faults = [
    "a 1\n", "# HELP a x\n# TYPE a counter\na 1", "# HELP a x\n# TYPE a counter\n", "# TYPE a counter\na 1\n",
    "# HELP a x\n# TYPE a thing\na 1\n", "# HELP a x\n# TYPE a gauge\nb 1\n",
    "# HELP a x\n# TYPE a gauge\na one\n",
    "# HELP a x\n# TYPE a gauge\na{b=c} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"c} 1\n",
    "# HELP a x\n# TYPE a gauge\na{b=\"c\"}1\n", "# HELP a x\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
    "# HELP a x\n# TYPE a gauge\na 1\na 2\n", "# HELP a x\n# TYPE a gauge\na{1b=\"c\"} 1\n",
    "# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\nb 1\n# HELP a x\n# TYPE a gauge\na 1\n",
  ]

  @Test(arguments: faults) func `takes nothing that is no exposition`(_ text: String) {
    #expect(throws: Exposition.Fault.self) { try Exposition(Array(text.utf8)) }
  }
}
