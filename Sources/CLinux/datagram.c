#define _GNU_SOURCE
#include "datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

ssize_t clinux_send_from(int descriptor, const void *source_address, const void *destination_address,
                         const void *bytes, size_t byte_count) {
  const struct sockaddr *source = source_address, *destination = destination_address;
  struct iovec payload = {.iov_base = (void *)bytes, .iov_len = byte_count};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &payload, .msg_iovlen = 1, .msg_control = &control};
  message.msg_name = (void *)destination;

  if (source->sa_family == AF_INET && destination->sa_family == AF_INET) {
    struct in_pktinfo info = {.ipi_spec_dst = ((const struct sockaddr_in *)source)->sin_addr};
    control.header.cmsg_level = IPPROTO_IP;
    control.header.cmsg_type = IP_PKTINFO;
    control.header.cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(&control.header), &info, sizeof info);
    message.msg_namelen = sizeof(struct sockaddr_in);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  } else if (source->sa_family == AF_INET6 && destination->sa_family == AF_INET6) {
    struct in6_pktinfo info = {.ipi6_addr = ((const struct sockaddr_in6 *)source)->sin6_addr};
    control.header.cmsg_level = IPPROTO_IPV6;
    control.header.cmsg_type = IPV6_PKTINFO;
    control.header.cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(&control.header), &info, sizeof info);
    message.msg_namelen = sizeof(struct sockaddr_in6);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  } else {
    errno = EAFNOSUPPORT;
    return -1;
  }
  return sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
