import CLinux

/// What a service gives up once its sockets are open, step by step.
///
/// Every step holds for the calling thread and for those that it starts later, but not for those that run already.
package enum Privileges {
  /// Becomes `account`, and keeps these capabilities only; nothing that is executed gains any.
  ///
  /// The saved user id stays, so that ``takeFileSystemUser(_:)`` can go back; capabilities do not come back with it.
  /// For a process that has CAP_SETPCAP, CAP_SETUID and CAP_SETGID, and a single thread.
  package static func become(
    _ account: ServiceAccount, keeping capabilities: [Capability]
  ) throws(SystemCallFailure) {
    let kept = Capabilities.mask(capabilities)
    try check(clinux_part_capabilities_from_users(), "prctl(PR_SET_SECUREBITS)")
    try check(clinux_limit_bounding_set(kept), "prctl(PR_CAPBSET_DROP)")
    try check(clinux_become_user(account.user, account.group), "setresuid")
    try gainNone(keeping: capabilities)
  }

  /// Keeps these capabilities only, and whoever the process is; nothing that is executed gains any.
  package static func gainNone(keeping capabilities: [Capability]) throws(SystemCallFailure) {
    try check(clinux_clear_ambient(), "prctl(PR_CAP_AMBIENT)")
    try keep(capabilities)
    try check(clinux_set_no_new_privileges(), "prctl(PR_SET_NO_NEW_PRIVS)")
  }

  /// Drops every capability but these.
  package static func keep(_ capabilities: [Capability]) throws(SystemCallFailure) {
    let kept = Capabilities.mask(capabilities) & Capabilities.permitted
    try check(clinux_set_capabilities(kept, kept, 0), "capset")
  }

  /// The user by whom this thread's files and sockets are said to be made.
  package static func takeFileSystemUser(_ user: UInt32) throws(SystemCallFailure) {
    try check(clinux_set_filesystem_user(user), "setfsuid")
  }

  /// Keeps the memory, and the keys in it, from core dumps and from other processes of the same user.
  ///
  /// To be called after all else: a change of user ids undoes it.
  package static func hideMemory() throws(SystemCallFailure) {
    try check(clinux_hide_memory(), "prctl(PR_SET_DUMPABLE)")
  }

  /// Refuses to all threads the system calls that a relay never makes; after it nothing here works any more.
  package static func refuseSystemCalls() throws(SystemCallFailure) {
    try check(clinux_refuse_system_calls(), "seccomp")
  }

  /// Refuses to this thread to open files for writing, after ``refuseSystemCalls()``.
  ///
  /// For one that may look into other processes: by /proc/PID/mem it could write there, too.
  package static func refuseWriting() throws(SystemCallFailure) {
    try check(clinux_refuse_files(false), "seccomp")
  }

  /// Refuses to this thread to open any file, after ``refuseSystemCalls()``; with Landlock or without.
  package static func refuseFiles() throws(SystemCallFailure) {
    try check(clinux_refuse_files(true), "seccomp")
  }

  private static func check(_ result: CInt, _ call: String) throws(SystemCallFailure) {
    guard result == 0 else { throw SystemCallFailure(call) }
  }
}
