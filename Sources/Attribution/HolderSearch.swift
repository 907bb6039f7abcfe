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
  /// Whether the last one found was new, as the next one will be then, in all likelihood.
  private var isNewLikely = false
  private var lastNewPID: Int32?

  /// Nil where no candidate that can be seen holds it.
  ///
  /// Looked at are, in this order: around the last descriptor of those that were found lately, the newest processes (or
  /// first these), all descriptors of those found lately, every process of that user, every other.
  mutating func holder(of socket: FoundSocket, among candidates: some ProcessCandidates) -> ProcessDirectory?
  {
    guard socket.inode != 0 else { return nil }
    let triesNewFirst = isNewLikely
    if !triesNewFirst, let process = briefly(socket) { return process }
    var searched: [Int32] = []
    for pid in candidates.newest(after: lastNewPID) where !searched.contains(pid) {
      let last = known.first { $0.pid == pid }
      guard let process = search(pid, socket, hint: last?.descriptor ?? Self.firstDescriptor, &searched)
      else {
        continue
      }
      isNewLikely = last == nil
      if isNewLikely { lastNewPID = pid }
      return process
    }
    isNewLikely = false
    if triesNewFirst, let process = briefly(socket) { return process }
    for candidate in known where candidate.uid == socket.uid && !searched.contains(candidate.pid) {
      if let process = search(candidate.pid, socket, &searched) { return process }
    }
    return thoroughly(socket, among: candidates.all(), but: searched)
  }

  /// The few that were found last, around the socket that was found then.
  private mutating func briefly(_ socket: FoundSocket) -> ProcessDirectory? {
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
      let hint = candidate.descriptor
      if let descriptor = process.descriptor(ofSocket: socket.inode, near: hint) {
        remember(Known(pid: candidate.pid, descriptor: descriptor, uid: socket.uid))
        return process
      }
      index += 1
      lookedAt += 1
    }
    return nil
  }

  /// Everyone else, that user's processes first.
  private mutating func thoroughly(
    _ socket: FoundSocket, among all: [Int32], but searched: [Int32]
  ) -> ProcessDirectory? {
    var done = searched
    let rest = all.filter { !searched.contains($0) }
    for pid in rest {
      if let process = search(pid, socket, &done) { return process }
    }
    let seen = Set(done)
    for pid in rest where !seen.contains(pid) {
      if let process = search(pid, socket, ofAnyUser: true, &done) { return process }
    }
    return nil
  }

  /// Searches one process, from around `hint` if there is one, unless it is another user's.
  private mutating func search(
    _ pid: Int32, _ socket: FoundSocket, hint: Int32? = nil, ofAnyUser: Bool = false,
    _ searched: inout [Int32]
  ) -> ProcessDirectory? {
    guard let process = ProcessDirectory(pid: pid) else { return nil }
    if let hint, let descriptor = process.descriptor(ofSocket: socket.inode, near: hint) {
      remember(Known(pid: pid, descriptor: descriptor, uid: socket.uid))
      return process
    }
    guard ofAnyUser || process.mayBelong(to: socket.uid) else { return nil }
    searched.append(pid)
    guard let descriptor = process.descriptor(ofSocket: socket.inode) else { return nil }
    remember(Known(pid: pid, descriptor: descriptor, uid: socket.uid))
    return process
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
