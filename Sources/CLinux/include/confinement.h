#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// What a process gives up for good. All but clinux_refuse_system_calls act on the calling thread, and on those that it starts later.

/// Capabilities no longer follow from user ids, neither when those change nor when a program is executed, and none
/// can be made ambient; locked (capabilities(7), securebits).
int clinux_part_capabilities_from_users(void);
/// Becomes this user and group, without supplementary groups; the saved user id stays what the real one was.
int clinux_become_user(uid_t user, gid_t group);
/// The id that file systems, and netfilter's owner match of new sockets, go by; 0, or -1 if it did not take.
int clinux_set_filesystem_user(uid_t user);
/// No core dumps, and no tracing or reading by other processes of this user; holds for the whole process.
int clinux_hide_memory(void);

// Landlock (landlock(7)); rights as its bits.

/// The version of the kernel's interface; 0 where there is none.
int clinux_landlock_version(void);
/// A ruleset that handles these rights, of a version that knows them all.
int clinux_landlock_create(uint64_t file_rights, uint64_t network_rights, uint64_t scopes);
/// Grants rights beneath what this O_PATH descriptor refers to.
int clinux_landlock_allow(int ruleset, int path, uint64_t file_rights);
int clinux_landlock_enforce(int ruleset);

/// Refuses to all threads of the process, with EPERM, the system calls that a relay never makes: making processes,
/// executing programs, changing users and namespaces, mounting, tracing, loading code into the kernel and the like. Needs no_new_privs.
int clinux_refuse_system_calls(void);
/// Refuses to this thread, with EPERM, to open files for writing, or at all, and to make, change or remove any by name;
/// to be called after clinux_refuse_system_calls.
int clinux_refuse_files(bool all);
