#pragma once

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/// Sends one datagram to `destination`, leaving from `source`'s address (IP_PKTINFO, IPV6_PKTINFO), whatever address
/// the socket is bound to; both are sockaddr_in or both sockaddr_in6. Answers -1 with errno like sendmsg(2).
ssize_t clinux_send_from(int descriptor, const struct sockaddr *source, const struct sockaddr *destination,
                     const void *bytes, size_t byte_count);
