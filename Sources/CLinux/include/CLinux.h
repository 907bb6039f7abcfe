// The parts of the Linux C interface that Swift cannot import: what needs _GNU_SOURCE, macros, variadic
// functions, ancillary data, and netlink messages. Functions return -1 and set errno on failure unless they say
// otherwise. Nothing here allocates; everything may be called from any thread.
#pragma once

#include "allocator.h"
#include "confinement.h"
#include "conntrack.h"
#include "datagram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Processes.

/// fork(2), which Swift hides; call it only from a single-threaded process.
pid_t clinux_fork(void);
/// execvpe(3): looks `file` up in the PATH of `environment`; returns only on failure.
int clinux_execvpe(const char *file, char *const arguments[], char *const environment[]);
/// The process's `environ`.
char **clinux_environment(void);
int clinux_unshare(int flags);
extern const int clinux_new_user, clinux_new_network, clinux_new_mounts;
int clinux_set_child_subreaper(void);
int clinux_set_parent_death_signal(int signal);
int clinux_set_no_new_privileges(void);
/// Empties the signal mask.
int clinux_unblock_signals(void);
int clinux_set_name(const char *name);
/// Sets `signal` to SIG_DFL, or to SIG_IGN; also the C library's own, 32 and 33, which posix_spawn(3) ignores in the
/// child and sigaction(2) does not touch.
int clinux_set_signal(int signal, bool ignored);
/// 1 when `signal` is ignored, 0 when not.
int clinux_signal_is_ignored(int signal);
/// A non-blocking, close-on-exec signalfd(2) for SIGCHLD alone, which is blocked in the calling thread.
int clinux_child_signal_descriptor(void);

/// After so many seconds the process writes `message` to standard error, and exits with status 2. Takes SIGALRM; needs
/// no thread, memory or descriptor then.
void clinux_exit_after(unsigned seconds, const char *message);

/// An open, close-on-exec /proc/PID.
int clinux_open_process(pid_t pid);
/// The number of the process's descriptor that is the socket with this inode; -1: none, or not to be seen. `process` is
/// an open /proc/PID.
int clinux_descriptor_of(int process, uint32_t inode);
/// The same among the numbers near `hint` alone.
int clinux_descriptor_near(int process, uint32_t inode, int hint);
/// Whether `pid` is a process: neither gone, nor a further thread of one. Needs no permission.
bool clinux_is_process(pid_t pid);

// Capabilities, as bit masks (bit N is capability N).

int clinux_get_capabilities(uint64_t *permitted, uint64_t *effective);
int clinux_set_capabilities(uint64_t permitted, uint64_t effective, uint64_t inheritable);
/// Drops from the bounding set every capability that is not in `kept`.
int clinux_limit_bounding_set(uint64_t kept);
int clinux_clear_ambient(void);
/// Makes every permitted capability inheritable and ambient, so that an exec'd tool has it.
int clinux_make_capabilities_ambient(void);

// Files and mounts.

int clinux_memfd(const char *name);
int clinux_mount_private_recursively(void);
int clinux_mount_tmpfs(const char *target);
int clinux_bind(const char *source, const char *target);
int clinux_detach(const char *target);
/// An O_PATH, close-on-exec descriptor.
int clinux_open_path(const char *path);

// Descriptors over a Unix socket.

/// Sends one message with up to 16 descriptors; the bytes sent.
ssize_t clinux_send(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptorCount);
/// Receives one message and up to 16 descriptors (close-on-exec); the bytes received, 0 at the end.
ssize_t clinux_receive(
    int socket, void *bytes, size_t capacity, int *descriptors, size_t *descriptorCount);

// Sockets.

/// The destination before REDIRECT of an accepted connection: SO_ORIGINAL_DST or IP6T_SO_ORIGINAL_DST.
/// `destination` has room for a struct sockaddr_storage.
int clinux_original_destination(int socket, int family, void *destination);
/// IP_PKTINFO or IPV6_RECVPKTINFO on, and for IPv6 IPV6_FREEBIND: without it the kernel lets only addresses of a
/// device be the source of a reply, not those that a local route makes local.
int clinux_receive_packet_info(int socket, int family);
int clinux_set_v6_only(int socket);
/// TCP keep-alive probes after each idle `seconds`, also for the connections that a listener accepts.
int clinux_keep_alive(int socket, int seconds);
/// A close-on-exec NETLINK_SOCK_DIAG socket of the calling thread's network namespace.
int clinux_diagnostics_socket(void);

/// What NETLINK_SOCK_DIAG tells of one socket. Addresses and ports as on the wire; IPv4 in the first four bytes.
struct clinux_socket_facts {
  int family;
  uint8_t local[16], remote[16];
  uint16_t localPort, remotePort;
  uint32_t uid, inode;
};
/// An exact get for (local → remote); protocol IPPROTO_TCP or IPPROTO_UDP. 0, or -1 with errno (ENOENT: none).
/// Ports in network byte order. The socket must not be used from two threads at once.
int clinux_find_socket(
    int diagnostics, int family, int protocol, const uint8_t *local, uint16_t localPort, const uint8_t *remote,
    uint16_t remotePort, struct clinux_socket_facts *facts);
