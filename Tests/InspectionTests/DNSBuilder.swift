/// Builds DNS messages for tests, without compression unless bytes are given.
struct DNSBuilder {
  struct Record {
    var name: [UInt8]
    var type: UInt16
    var `class`: UInt16 = 1
    var timeToLive: UInt32 = 300
    var data: [UInt8]
  }

  var id: UInt16 = 0x1234
  var flags: UInt16 = 0x0100
  var questions: [(name: [UInt8], type: UInt16)] = []
  var classOfQuestions: UInt16 = 1
  var answers: [Record] = []
  var authority: [Record] = []
  var additional: [Record] = []

  /// A query for one name.
  static func query(_ name: String, _ type: UInt16 = 1, id: UInt16 = 0x1234) -> DNSBuilder {
    var builder = DNSBuilder()
    builder.id = id
    builder.questions = [(dnsName(name), type)]
    return builder
  }

  /// The response to this query with these answers, under the question's name (a pointer to byte 12).
  func response(rcode: UInt16 = 0, _ answers: [(type: UInt16, data: [UInt8])] = []) -> DNSBuilder {
    var response = self
    response.flags = 0x8180 | rcode
    response.answers = answers.map { Record(name: [0xc0, 12], type: $0.type, data: $0.data) }
    return response
  }

  var message: [UInt8] {
    let counts = [questions.count, answers.count, authority.count, additional.count]
    var bytes = bigEndian(id) + bigEndian(flags) + counts.flatMap { bigEndian(UInt16($0)) }
    for question in questions {
      bytes += question.name + bigEndian(question.type) + bigEndian(classOfQuestions)
    }
    for record in answers + authority + additional {
      bytes += record.name + bigEndian(record.type) + bigEndian(record.class)
      bytes += bigEndian(UInt16(record.timeToLive >> 16)) + bigEndian(UInt16(record.timeToLive & 0xffff))
      bytes += vector16(record.data)
    }
    return bytes
  }

  /// The message as it stands in a TCP stream.
  var framed: [UInt8] { vector16(message) }
}

func dnsName(_ name: String) -> [UInt8] {
  name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
}
