#pragma once

#include <stdint.h>

/// One direction of a connection or of a talk in datagrams. Addresses and ports as on the wire; IPv4 in the first
/// four bytes.
struct clinux_flow {
  uint8_t source[16], destination[16];
  uint16_t source_port, destination_port;
};

/// A close-on-exec NETLINK_NETFILTER socket of the calling thread's network namespace.
int clinux_conntrack_socket(void);
/// Asks connection tracking for the flow whose answers go as `reply` says, and gives the flow as its client began it:
/// before REDIRECT changed its destination. `family` is AF_INET or AF_INET6, `protocol` IPPROTO_TCP or IPPROTO_UDP.
/// 0, or -1 with errno: ENOENT where no such flow is tracked, EPERM without CAP_NET_ADMIN. Does not wait.
/// The socket must not be used from two threads at once.
int clinux_conntrack_origin(
    int netlink, int family, int protocol, const struct clinux_flow *reply, struct clinux_flow *origin);
