import SessionEvents

/// Parses one DNS message (RFC 1035 §4), tolerantly: what can be read is kept, the rest is a finding.
///
/// In multicast DNS the top bit of a class is a flag of its own (RFC 6762 §18.12, §18.13).
struct DNSMessageReader {
  private let limits: DNSLimits
  private let flavor: DNSFlavor?
  private let direction: Direction
  /// The stream offset of the message's first byte.
  private let offset: UInt64
  private let range: Range<Int>
  private var names: DNSNameReader
  private var position: Int
  private var textByteCount = 0
  private var recordCount = 0
  private(set) var findings: FindingList
  /// The OPT record, and the upper 8 bits of the extended response code (RFC 6891 §6.1.3).
  private var `extension`: (DNSExtension, UInt8)?

  private enum Section: String {
    case answer
    case authority
    case additional
  }

  init(
    _ bytes: [UInt8], _ range: Range<Int>, offset: UInt64, direction: Direction, limits: InspectionLimits,
    flavor: DNSFlavor? = nil
  ) {
    self.flavor = flavor
    self.limits = limits.dns
    self.direction = direction
    self.offset = offset
    self.range = range
    names = DNSNameReader(bytes, range)
    position = range.lowerBound
    findings = FindingList(limit: limits.findingCount)
  }

  /// Reads the message; nil where there is not even a header.
  mutating func message() -> DNSMessage? {
    var reader = ByteReader(names.bytes, range)
    guard let header = DNSHeader(&reader) else {
      note(.headerTruncated, range.lowerBound, "\(range.count) bytes are too few for a header of 12")
      return nil
    }
    position = reader.position
    var message = DNSMessage(
      id: header.id, opcode: DNSMnemonics.opcode(header.opcode),
      rcode: DNSMnemonics.rcode(UInt16(header.rcode)), flags: header.flags)
    if header.opcode == 6 { readOperations(header, into: &message) }
    var isWhole = readQuestions(header.questionCount, into: &message)
    if isWhole { (message.answers, isWhole) = records(header.answerCount, .answer) }
    if isWhole { (message.authority, isWhole) = records(header.authorityCount, .authority) }
    if isWhole { (message.additional, isWhole) = records(header.additionalCount, .additional) }
    if let (edns, upperBits) = self.extension {
      message.edns = edns
      message.rcode = DNSMnemonics.rcode(UInt16(upperBits) << 4 | UInt16(header.rcode))
    }
    if isWhole, position < range.upperBound {
      note(.trailingBytes, position, "\(range.upperBound - position) bytes follow the last record")
    }
    return message
  }

  // MARK: Sections

  private mutating func readQuestions(_ count: Int, into message: inout DNSMessage) -> Bool {
    for index in 0..<count {
      guard let name = readName(), let type = uint16(), let `class` = uint16() else {
        note(.messageTruncated, position, "\(index) of \(count) questions can be read")
        return false
      }
      guard keepsWithinLimits(name.utf8.count) else { return false }
      let (number, flag) = classAndFlag(`class`)
      message.questions.append(
        DNSQuestion(
          name: name, type: DNSMnemonics.type(type), class: DNSMnemonics.class(number), wantsUnicast: flag))
    }
    return true
  }

  /// Reads a section; false where it breaks off.
  private mutating func records(_ count: Int, _ section: Section) -> ([DNSRecord], Bool) {
    var kept: [DNSRecord] = []
    kept.reserveCapacity(min(count, 8))
    for index in 0..<count {
      let start = position
      guard let name = readName(), let type = uint16(), let `class` = uint16(), let high = uint16(),
        let low = uint16(), let length = uint16(), position + Int(length) <= range.upperBound
      else {
        note(.messageTruncated, start, "\(index) of \(count) \(section.rawValue) records can be read")
        return (kept, false)
      }
      let data = position..<position + Int(length)
      position = data.upperBound
      let timeToLive = UInt32(high) << 16 | UInt32(low)
      if type == 41 {
        if section != .additional {
          note(.optMisplaced, start, "an OPT record in the \(section.rawValue) section")
        }
        readExtension(at: start, payloadSize: `class`, timeToLive, data)
        continue
      }
      let (number, flag) = classAndFlag(`class`)
      let text = presentation(of: data, type: type, class: number)
      guard keepsWithinLimits(name.utf8.count + text.utf8.count) else { return (kept, false) }
      kept.append(
        DNSRecord(
          name: name, type: DNSMnemonics.type(type), class: DNSMnemonics.class(number),
          timeToLive: timeToLive, data: text, flushesCache: flag))
    }
    return (kept, true)
  }

  private mutating func readExtension(
    at start: Int, payloadSize: UInt16, _ timeToLive: UInt32, _ data: Range<Int>
  ) {
    guard self.extension == nil else { return note(.optRepeated, start, "a second OPT record") }
    var edns = DNSExtension(
      version: UInt8(timeToLive >> 16 & 0xff), payloadSize: payloadSize, dnssecOK: timeToLive & 0x8000 != 0)
    var reader = ByteReader(names.bytes, data)
    while !reader.isAtEnd {
      let place = reader.position
      guard let code = reader.uint16(), var option = reader.vector16() else {
        note(.dataInvalid, place, "an EDNS option is cut")
        break
      }
      edns.options.append(DNSOption(code: code, data: Array(option.readRest())))
    }
    self.extension = (edns, UInt8(timeToLive >> 24))
  }

  private mutating func presentation(of data: Range<Int>, type: UInt16, class: UInt16) -> String {
    // An empty record of these classes only names a set (RFC 2136 §2.4, §2.5).
    if data.isEmpty, `class` == 254 || `class` == 255 { return "" }
    var reader = DNSDataReader(names, data)
    if let text = reader.text(type: type, class: `class`) {
      names = reader.names
      for (problem, place, detail) in reader.problems { note(problem, place, detail) }
      return text
    }
    if DNSDataReader.format(of: type, class: `class`) != nil {
      note(
        .dataInvalid, data.lowerBound, "\(data.count) bytes are no data of type \(DNSMnemonics.type(type))")
    }
    return DNSDataReader.generic(names.bytes[data])
  }

  private func classAndFlag(_ value: UInt16) -> (UInt16, Bool) {
    flavor == .mdns ? (value & 0x7fff, value & 0x8000 != 0) : (value, false)
  }

  // MARK: Stateful operations

  /// Reads the TLVs that stand in the place of all sections (RFC 8490 §5.4): type, length, and so many bytes.
  private mutating func readOperations(_ header: DNSHeader, into message: inout DNSMessage) {
    guard header.questionCount + header.recordCount == 0 else { return }
    while position < range.upperBound {
      let place = position
      guard let type = uint16(), let length = uint16(), position + Int(length) <= range.upperBound else {
        note(.messageTruncated, place, "an operation is longer than its message")
        position = range.upperBound
        return
      }
      position += Int(length)
      guard keepsWithinLimits(4) else { return }
      message.operations.append(
        DNSOperation(type: DNSMnemonics.operation(type), byteCount: Int(length)))
    }
  }

  // MARK: Reading

  private mutating func readName() -> String? {
    var problems: [(DNSProblem, Int, String)] = []
    let name = names.name(at: &position, end: range.upperBound) { problems.append(($0, $1, $2)) }
    for (problem, place, detail) in problems { note(problem, place, detail) }
    return name
  }

  private mutating func uint16() -> UInt16? {
    guard position + 2 <= range.upperBound else { return nil }
    position += 2
    return UInt16(names.bytes[position - 2]) << 8 | UInt16(names.bytes[position - 1])
  }

  private mutating func keepsWithinLimits(_ byteCount: Int) -> Bool {
    recordCount += 1
    textByteCount += byteCount
    if recordCount > limits.recordCount {
      note(.tooManyRecords, position, "records beyond \(limits.recordCount) are left out")
      return false
    }
    if textByteCount > limits.textByteCount {
      note(.textTooLong, position, "records beyond \(limits.textByteCount) bytes of text are left out")
      return false
    }
    return true
  }

  private mutating func note(_ problem: DNSProblem, _ place: Int, _ detail: String) {
    findings.append(problem.at(offset + UInt64(place - range.lowerBound), detail, in: direction))
  }
}
