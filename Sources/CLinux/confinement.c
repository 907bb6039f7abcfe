#define _GNU_SOURCE
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_part_capabilities_from_users(void) {
  return prctl(
      PR_SET_SECUREBITS,
      SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
          SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED,
      0, 0, 0);
}

int clinux_become_user(uid_t user, gid_t group) {
  if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0) return -1;
  return setresuid(user, user, -1);
}

int clinux_set_filesystem_user(uid_t user) {
  // Both calls answer with the id before; only a second one tells whether the first took.
  setfsuid(user);
  if ((uid_t)setfsuid((uid_t)-1) == user) return 0;
  errno = EPERM;
  return -1;
}

int clinux_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// The numbers are the same on every architecture; older headers lack them, and the later fields of the structure.
enum { landlock_create_ruleset = 444, landlock_add_rule = 445, landlock_restrict_self = 446 };
enum { landlock_query_version = 1, landlock_path_beneath = 1 };

struct ruleset_attributes {
  uint64_t file_rights, network_rights, scopes;
};

struct path_beneath {
  uint64_t rights;
  int32_t path;
} __attribute__((packed));

int clinux_landlock_version(void) {
  long version = syscall(landlock_create_ruleset, NULL, 0, landlock_query_version);
  return version < 0 ? 0 : (int)version;
}

int clinux_landlock_create(uint64_t file_rights, uint64_t network_rights, uint64_t scopes) {
  struct ruleset_attributes attributes = {file_rights, network_rights, scopes};
  // An older kernel takes the longer structure as long as what it does not know is zero.
  return (int)syscall(landlock_create_ruleset, &attributes, sizeof attributes, 0);
}

int clinux_landlock_allow(int ruleset, int path, uint64_t file_rights) {
  struct path_beneath rule = {file_rights, path};
  return (int)syscall(landlock_add_rule, ruleset, landlock_path_beneath, &rule, 0);
}

int clinux_landlock_enforce(int ruleset) { return (int)syscall(landlock_restrict_self, ruleset, 0); }

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE_AS(call, error) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), ANSWER(SECCOMP_RET_ERRNO | error)
#define REFUSE(call) REFUSE_AS(call, EPERM)
// The lower half of an argument, in which all flags are; both architectures are little-endian.
#define LOAD_ARGUMENT(number) LOAD(args[number])

// Older headers lack these; the numbers are the same on every architecture.
enum { pidfd_getfd = 438, process_madvise = 440, mount_setattr = 442, quotactl_fd = 443, openat2 = 437 };

int clinux_refuse_system_calls(void) {
#ifndef NATIVE_ARCHITECTURE
  errno = ENOSYS;
  return -1;
#else
  struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0),
    ANSWER(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __x86_64__
    // The x32 calls, whose numbers carry this bit.
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    ANSWER(SECCOMP_RET_KILL_PROCESS),
#endif
    // Threads only: a new process could have namespaces of its own. The C library goes on to clone(2), whose flags can be
    // looked at.
    REFUSE_AS(SYS_clone3, ENOSYS),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
    LOAD_ARGUMENT(0),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
    ANSWER(SECCOMP_RET_ERRNO | EPERM),
    ANSWER(SECCOMP_RET_ALLOW),
#ifdef SYS_fork
    REFUSE(SYS_fork), REFUSE(SYS_vfork),
#endif
    REFUSE(SYS_execve), REFUSE(SYS_execveat),
    REFUSE(SYS_setuid), REFUSE(SYS_setgid), REFUSE(SYS_setreuid), REFUSE(SYS_setregid), REFUSE(SYS_setresuid),
    REFUSE(SYS_setresgid), REFUSE(SYS_setfsuid), REFUSE(SYS_setfsgid), REFUSE(SYS_setgroups),
    REFUSE(SYS_ptrace), REFUSE(SYS_process_vm_readv), REFUSE(SYS_process_vm_writev), REFUSE(SYS_kcmp),
    REFUSE(pidfd_getfd), REFUSE(process_madvise), REFUSE(mount_setattr), REFUSE(quotactl_fd),
    REFUSE(SYS_unshare), REFUSE(SYS_setns), REFUSE(SYS_mount), REFUSE(SYS_umount2), REFUSE(SYS_pivot_root),
    REFUSE(SYS_chroot), REFUSE(SYS_move_mount), REFUSE(SYS_open_tree), REFUSE(SYS_fsopen), REFUSE(SYS_fsmount),
    REFUSE(SYS_bpf), REFUSE(SYS_perf_event_open), REFUSE(SYS_userfaultfd), REFUSE(SYS_io_uring_setup),
    REFUSE(SYS_add_key), REFUSE(SYS_request_key), REFUSE(SYS_keyctl),
    REFUSE(SYS_init_module), REFUSE(SYS_finit_module), REFUSE(SYS_delete_module),
    REFUSE(SYS_kexec_load), REFUSE(SYS_reboot), REFUSE(SYS_swapon), REFUSE(SYS_swapoff), REFUSE(SYS_acct),
    REFUSE(SYS_quotactl), REFUSE(SYS_syslog), REFUSE(SYS_settimeofday), REFUSE(SYS_clock_settime),
    REFUSE(SYS_adjtimex), REFUSE(SYS_personality), REFUSE(SYS_open_by_handle_at), REFUSE(SYS_sethostname),
    ANSWER(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
#endif
}

int clinux_refuse_files(bool all) {
#ifndef NATIVE_ARCHITECTURE
  errno = ENOSYS;
  return -1;
#else
  // It stands behind the filter above, which sees to the architecture.
  struct sock_filter filter[] = {
    LOAD(nr),
    REFUSE_AS(openat2, ENOSYS),
    REFUSE(SYS_truncate), REFUSE(SYS_renameat2), REFUSE(SYS_unlinkat), REFUSE(SYS_mkdirat), REFUSE(SYS_linkat),
    REFUSE(SYS_symlinkat), REFUSE(SYS_mknodat), REFUSE(SYS_fchmodat), REFUSE(SYS_fchownat),
#ifdef SYS_open
    REFUSE_AS(SYS_open, ENOSYS), REFUSE(SYS_creat), REFUSE(SYS_rename), REFUSE(SYS_renameat), REFUSE(SYS_unlink),
    REFUSE(SYS_rmdir), REFUSE(SYS_mkdir), REFUSE(SYS_link), REFUSE(SYS_symlink), REFUSE(SYS_mknod),
    REFUSE(SYS_chmod), REFUSE(SYS_chown), REFUSE(SYS_lchown),
#endif
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
    LOAD_ARGUMENT(2),
    // Any flags are at least 0.
    all ? (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0, 0, 1)
        : (struct sock_filter)BPF_JUMP(
              BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1),
    ANSWER(SECCOMP_RET_ERRNO | EPERM),
    ANSWER(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
#endif
}
