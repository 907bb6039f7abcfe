/// Finds the process that holds a socket, by the links of its descriptors: a match is proof.
///
/// Where several hold it, one of them is found.
struct HolderSearch {
  /// A process, and the socket that was found in it last.
  private struct Known {
    var pid: Int32
    var descriptor: Int32
    var uid: UInt32
  }

  private static let knownLimit = 64
  /// Where a program's first socket is, near enough.
  private static let firstDescriptor: Int32 = 4
  /// How many known ones are looked at briefly before the newest are.
  private static let briefLimit = 8

  /// Those that were found last first.
  private var known: [Known] = []

  /// Whether the last one was found as one of the newest, as the next one will be then, in all likelihood.
  private var isNewLikely = false

  /// Nil where no candidate that can be seen holds it.
  ///
  /// Looked at are, in this order: around the last descriptor of those that were found lately, the newest processes (or
  /// first these), all descriptors of those found lately, every process of that user, every other.
  mutating func holder<Candidates: ProcessCandidates & ~Copyable>(
    of socket: FoundSocket, among candidates: borrowing Candidates
  ) -> ProcessDirectory? {
    guard socket.inode != 0 else { return nil }
    let link = Array("socket:[\(socket.inode)]".utf8)
    var searched: Set<Int32> = []
    if !isNewLikely, let process = briefly(socket, link) { return process }
    if let process = search(candidates.newest(), socket, link, &searched, hint: Self.firstDescriptor) {
      isNewLikely = true
      return process
    }
    let isKnownUntried = isNewLikely
    isNewLikely = false
    if isKnownUntried, let process = briefly(socket, link) { return process }
    let lately = known.filter { $0.uid == socket.uid }.map(\.pid)
    if let process = search(lately, socket, link, &searched) { return process }
    let all = candidates.all()
    if let process = search(all, socket, link, &searched) { return process }
    return search(all, socket, link, &searched, ofAnyUser: true)
  }

  private mutating func briefly(_ socket: FoundSocket, _ link: [UInt8]) -> ProcessDirectory? {
    var index = 0
    var lookedAt = 0
    while index < known.count, lookedAt < Self.briefLimit {
      let candidate = known[index]
      guard candidate.uid == socket.uid else {
        index += 1
        continue
      }
      guard let process = ProcessDirectory(pid: candidate.pid) else {
        known.remove(at: index)
        continue
      }
      let descriptor = process.descriptor(linkingTo: link, hint: candidate.descriptor, onlyNear: true)
      if let descriptor {
        remember(Known(pid: candidate.pid, descriptor: descriptor, uid: socket.uid))
        return process
      }
      index += 1
      lookedAt += 1
    }
    return nil
  }

  /// Searches those that were not searched before, from around `hint` if there is one.
  private mutating func search(
    _ pids: some Sequence<Int32>, _ socket: FoundSocket, _ link: [UInt8], _ searched: inout Set<Int32>,
    hint: Int32? = nil, ofAnyUser: Bool = false
  ) -> ProcessDirectory? {
    for pid in pids where !searched.contains(pid) {
      guard let process = ProcessDirectory(pid: pid) else { continue }
      guard ofAnyUser || process.mayBelong(to: socket.uid) else { continue }
      searched.insert(pid)
      if let descriptor = process.descriptor(linkingTo: link, hint: hint) {
        remember(Known(pid: pid, descriptor: descriptor, uid: socket.uid))
        return process
      }
    }
    return nil
  }

  private mutating func remember(_ found: Known) {
    if known.first?.pid != found.pid {
      known.removeAll { $0.pid == found.pid }
      if known.count >= Self.knownLimit { known.removeLast() }
      known.insert(found, at: 0)
    } else {
      known[0] = found
    }
  }
}
