/// What can be wrong in any protocol of commands and replies.
enum CommandProblem: String, FindingCode {
  case commandInvalid = "command.invalid"
  case replyInvalid = "command.reply-invalid"
  case bareLineFeed = "command.bare-lf"
  case replyLost = "command.reply-lost"
  case cut = "command.cut"
  case tooManyInterim = "command.too-many-interim"
  case tooManyPending = "command.too-many-pending"
  case startTLSInjection = "command.starttls-injection"
  case givenUp = "command.given-up"
}
