import CLinux
import Glibc
import LinuxSystem
import Testing

/// What the service refuses itself at the end, each in a process of its own.
@Suite struct `Confined threads` {
  @Test func `start threads, and no process`() async {
    await #expect(processExitsWith: .success) {
      try Privileges.gainNone(keeping: [])
      try Privileges.refuseSystemCalls()
      #expect(try SetUpThread.run { 42 } == 42)
      #expect(clinux_fork() == -1 && errno == EPERM)
      let program = CStrings([Array("true".utf8)])
      #expect(clinux_execvpe("/bin/true", program.pointers, clinux_environment()) == -1 && errno == EPERM)
      #expect(clinux_unshare(clinux_new_user) == -1 && errno == EPERM)
      #expect(setuid(getuid()) == -1 && errno == EPERM)
    }
  }

  @Test func `open files to read, where one may not write`() async {
    await #expect(processExitsWith: .success) {
      try Privileges.gainNone(keeping: [])
      try Privileges.refuseSystemCalls()
      try SetUpThread.run {
        try Privileges.refuseWriting()
        #expect(SystemFiles.contents(of: "/proc/self/stat") != nil)
        for flags in [O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC] {
          #expect(open("/proc/self/mem", flags, 0) == -1 && errno == EPERM)
        }
        #expect(mkdir("/tmp/confined", 0o700) == -1 && errno == EPERM)
      }
      try SetUpThread.run {
        try Privileges.refuseFiles()
        #expect(open("/proc/self/stat", O_RDONLY) == -1 && errno == EPERM)
        #expect(unlink("/tmp/confined") == -1 && errno == EPERM)
      }
      // Another thread's filter is its own.
      let null = open("/dev/null", O_RDWR)
      #expect(null >= 0)
      close(null)
    }
  }
}
