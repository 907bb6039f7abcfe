#pragma once
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/types.h>

#include <bits/types/cookie_io_functions_t.h>

// <fcntl.h> hides it without _GNU_SOURCE, which a module map cannot set.
extern int fallocate(int descriptor, int mode, off_t offset, off_t count);

/// Allocates disk space behind the end of a file without changing its length; best effort.
static inline void wtReserve(int descriptor, off_t offset, off_t count) {
  const int keepSize = 0x01;
  (void)fallocate(descriptor, keepSize, offset, count);
}

// <stdio.h> hides it without _GNU_SOURCE.
extern FILE *fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);

/// A file whose bytes a function gives; `tell` says how many it gave, and cannot go elsewhere.
static inline FILE *wtOpenReading(
    void *cookie, ssize_t (*read)(void *, char *, size_t), int (*tell)(void *, off_t *, int)) {
  cookie_io_functions_t functions = {.read = read, .write = 0, .seek = tell, .close = 0};
  return fopencookie(cookie, "rb", functions);
}
