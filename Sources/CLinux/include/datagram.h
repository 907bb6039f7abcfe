#pragma once

#include <stddef.h>
#include <sys/types.h>

// No <sys/socket.h>: Swift would take its names for this module's, and not always find them through Glibc.

/// Sends one datagram to `destination`, leaving from `source`'s address (IP_PKTINFO, IPV6_PKTINFO), whatever address
/// the socket is bound to; both are a struct sockaddr_in or both a sockaddr_in6. Answers -1 with errno like sendmsg(2).
ssize_t clinux_send_from(int descriptor, const void *source, const void *destination, const void *bytes,
                         size_t byte_count);
