#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
// Before the linux/ headers, which define the same structures when they come first.
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const int clinux_new_user = CLONE_NEWUSER;
const int clinux_new_network = CLONE_NEWNET;
const int clinux_new_mounts = CLONE_NEWNS;

pid_t clinux_fork(void) { return fork(); }

int clinux_execvpe(const char *file, char *const arguments[], char *const environment[]) {
  return execvpe(file, arguments, environment);
}

char **clinux_environment(void) { return environ; }

int clinux_unshare(int flags) { return unshare(flags); }

int clinux_set_child_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
int clinux_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
int clinux_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
int clinux_set_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

int clinux_unblock_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL);
}

int clinux_set_signal(int number, bool ignored) {
  // The kernel's own structure (handler, flags, restorer, mask), in words.
  const uintptr_t action[4] = {(uintptr_t)(ignored ? SIG_IGN : SIG_DFL)};
  return (int)syscall(SYS_rt_sigaction, number, action, NULL, 8);
}

int clinux_signal_is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int clinux_child_signal_descriptor(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static char exit_message[256];

static void exit_now(int signal) {
  (void)signal;
  // Not to wait for a reader that has stopped reading.
  int flags = fcntl(STDERR_FILENO, F_GETFL);
  if (flags >= 0) fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
  (void)!write(STDERR_FILENO, exit_message, strlen(exit_message));
  _exit(2);
}

void clinux_exit_after(unsigned seconds, const char *message) {
  snprintf(exit_message, sizeof exit_message, "%s", message);
  struct sigaction action = {.sa_handler = exit_now};
  sigaction(SIGALRM, &action, NULL);
  alarm(seconds);
}

int clinux_open_process(pid_t pid) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d", pid);
  return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// What a descriptor's entry in /proc/PID/fd links to.
struct link {
  char text[32];
  size_t length;
};

static bool links_to(int process, int descriptor, const struct link *link) {
  char name[16], target[64];
  snprintf(name, sizeof name, "fd/%d", descriptor);
  ssize_t length = readlinkat(process, name, target, sizeof target);
  return length == (ssize_t)link->length && memcmp(target, link->text, link->length) == 0;
}

/// As the kernel writes it; the C library's readdir(3) allocates 32 KiB for each directory.
struct directory_entry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

static int descriptor_in(int process, int directory, const struct link *link) {
  _Alignas(struct directory_entry) char entries[8192];
  for (;;) {
    long filled = syscall(SYS_getdents64, directory, entries, sizeof entries);
    if (filled <= 0) return -1;
    for (long at = 0; at < filled;) {
      const struct directory_entry *entry = (const struct directory_entry *)(entries + at);
      at += entry->length;
      if (entry->name[0] == '.') continue;
      int descriptor = atoi(entry->name);
      if (links_to(process, descriptor, link)) return descriptor;
    }
  }
}

static struct link socket_link(uint32_t inode) {
  struct link link;
  link.length = (size_t)snprintf(link.text, sizeof link.text, "socket:[%u]", inode);
  return link;
}

int clinux_descriptor_of(int process, uint32_t inode) {
  int directory = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  struct link link = socket_link(inode);
  int found = descriptor_in(process, directory, &link);
  close(directory);
  return found;
}

int clinux_descriptor_near(int process, uint32_t inode, int hint) {
  struct link link = socket_link(inode);
  // The number after the last one, or the same again, is the likeliest by far.
  for (int near = hint + 2; near >= 0 && near >= hint - 2; near--)
    if (links_to(process, near, &link)) return near;
  return -1;
}

bool clinux_is_process(pid_t pid) {
  // Signal 0 is none; only the leader of a thread group has its number. Refusal shows that it is there.
  return syscall(SYS_tgkill, pid, pid, 0) == 0 || errno == EPERM;
}

int clinux_get_capabilities(uint64_t *permitted, uint64_t *effective) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  *permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
  *effective = (uint64_t)data[1].effective << 32 | data[0].effective;
  return 0;
}

int clinux_set_capabilities(uint64_t permitted, uint64_t effective, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  for (int half = 0; half < 2; half++) {
    data[half].permitted = (uint32_t)(permitted >> (32 * half));
    data[half].effective = (uint32_t)(effective >> (32 * half));
    data[half].inheritable = (uint32_t)(inheritable >> (32 * half));
  }
  return (int)syscall(SYS_capset, &header, data);
}

int clinux_limit_bounding_set(uint64_t kept) {
  // PR_CAPBSET_READ fails with EINVAL past the last capability that this kernel knows.
  for (int capability = 0; capability < 64; capability++) {
    int present = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (present < 0) break;
    if (present == 0 || (kept >> capability & 1)) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) return -1;
  }
  return 0;
}

int clinux_clear_ambient(void) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); }

int clinux_make_capabilities_ambient(void) {
  uint64_t permitted, effective;
  if (clinux_get_capabilities(&permitted, &effective) < 0) return -1;
  if (clinux_set_capabilities(permitted, effective, permitted) < 0) return -1;
  for (int capability = 0; capability < 64; capability++)
    if (permitted >> capability & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
      return -1;
  return 0;
}

int clinux_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
int clinux_mount_private_recursively(void) { return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL); }
int clinux_mount_tmpfs(const char *target) {
  return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
}
int clinux_bind(const char *source, const char *target) {
  return mount(source, target, NULL, MS_BIND, NULL);
}
int clinux_detach(const char *target) { return umount2(target, MNT_DETACH); }
int clinux_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

enum { maximumDescriptors = 16 };

ssize_t clinux_send(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptorCount) {
  if (descriptorCount > maximumDescriptors) return errno = EINVAL, -1;
  union {
    char space[CMSG_SPACE(maximumDescriptors * sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptorCount > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(descriptorCount * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptorCount * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, descriptorCount * sizeof(int));
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

ssize_t clinux_receive(
    int socket, void *bytes, size_t capacity, int *descriptors, size_t *descriptorCount) {
  union {
    char space[CMSG_SPACE(maximumDescriptors * sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct iovec part = {bytes, capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  *descriptorCount = 0;
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
    *descriptorCount = count;
  }
  return received;
}

int clinux_original_destination(int socket, int family, void *destination) {
  socklen_t length = sizeof(struct sockaddr_storage);
  // IP6T_SO_ORIGINAL_DST has the number of SO_ORIGINAL_DST, 80.
  return getsockopt(
      socket, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, SO_ORIGINAL_DST, destination, &length);
}

int clinux_receive_packet_info(int socket, int family) {
  int on = 1;
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
  if (family == AF_INET6 && setsockopt(socket, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on) < 0) return -1;
  if (family == AF_INET6) return setsockopt(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  return setsockopt(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

int clinux_set_v6_only(int socket) {
  int on = 1;
  return setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
}

int clinux_keep_alive(int socket, int seconds) {
  int on = 1;
  if (setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds) < 0) return -1;
  if (setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds) < 0) return -1;
  return setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

int clinux_diagnostics_socket(void) {
  return socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/// Waits for the answer to request `sequence`; answers to requests that were given up are skipped.
static int receive_facts(int diagnostics, uint32_t sequence, struct clinux_socket_facts *facts) {
  union {
    char bytes[8192];
    struct nlmsghdr header;
  } answer;
  for (;;) {
    ssize_t received = recv(diagnostics, answer.bytes, sizeof answer.bytes, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return -1;
    if (!NLMSG_OK(&answer.header, (size_t)received) || answer.header.nlmsg_seq != sequence) continue;
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
      const struct nlmsgerr *failure = NLMSG_DATA(&answer.header);
      errno = failure->error < 0 ? -failure->error : EPROTO;
      return -1;
    }
    if (answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return errno = EPROTO, -1;
    const struct inet_diag_msg *found = NLMSG_DATA(&answer.header);
    facts->family = found->idiag_family;
    memcpy(facts->local, found->id.idiag_src, 16);
    memcpy(facts->remote, found->id.idiag_dst, 16);
    facts->localPort = found->id.idiag_sport;
    facts->remotePort = found->id.idiag_dport;
    facts->uid = found->idiag_uid;
    facts->inode = found->idiag_inode;
    return 0;
  }
}

int clinux_find_socket(
    int diagnostics, int family, int protocol, const uint8_t *local, uint16_t localPort, const uint8_t *remote,
    uint16_t remotePort, struct clinux_socket_facts *facts) {
  static uint32_t lastSequence;
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } query = {
      .header =
          {.nlmsg_len = sizeof query,
           .nlmsg_type = SOCK_DIAG_BY_FAMILY,
           .nlmsg_flags = NLM_F_REQUEST,
           .nlmsg_seq = __atomic_add_fetch(&lastSequence, 1, __ATOMIC_RELAXED)},
      .request = {
          .sdiag_family = (uint8_t)family,
          .sdiag_protocol = (uint8_t)protocol,
          .idiag_states = ~0U,
          .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}}};
  size_t length = family == AF_INET6 ? 16 : 4;
  memcpy(query.request.id.idiag_src, local, length);
  memcpy(query.request.id.idiag_dst, remote, length);
  query.request.id.idiag_sport = localPort;
  query.request.id.idiag_dport = remotePort;
  if (send(diagnostics, &query, sizeof query, 0) < 0) return -1;
  return receive_facts(diagnostics, query.header.nlmsg_seq, facts);
}
