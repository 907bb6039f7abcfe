#pragma once
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/types.h>

// <fcntl.h> hides it without _GNU_SOURCE, which a module map cannot set.
extern int fallocate(int descriptor, int mode, off_t offset, off_t count);

/// Allocates disk space behind the end of a file without changing its length; best effort.
static inline void wtReserve(int descriptor, off_t offset, off_t count) {
  const int keepSize = 0x01;
  (void)fallocate(descriptor, keepSize, offset, count);
}
