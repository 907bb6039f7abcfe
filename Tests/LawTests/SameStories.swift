import Replay
import SessionEvents
import Testing

/// Expects two tellings of the same sessions.
func expectSame<Key: Hashable>(
  _ found: [Key: SessionStory], _ expected: [Key: SessionStory]
) throws {
  #expect(Set(found.keys) == Set(expected.keys))
  for (key, story) in expected {
    guard let other = found[key], other != story else { continue }
    // Stories hold long byte strings: only the first steps that differ are worth reading.
    for (step, otherStep) in zip(story.steps, other.steps) where step != otherStep {
      Issue.record("\(key): expected \(brief(step)), found \(brief(otherStep))")
      break
    }
    #expect(story.steps.count == other.steps.count, "\(key)")
  }
}

private func brief(_ step: SessionStory.Step) -> String {
  "\(step.time?.description ?? "-") \("\(step.kind)".prefix(200)) (\("\(step.kind)".count))"
}
