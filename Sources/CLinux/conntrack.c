#include "conntrack.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

/// A request with room for one tuple of IPv6.
struct request {
  struct nlmsghdr header;
  struct nfgenmsg family;
  char attributes[128];
};

int clinux_conntrack_socket(void) { return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER); }

static size_t address_length(int family) { return family == AF_INET6 ? 16 : 4; }

/// Appends an attribute; without `data` the head of a nest, to be ended by `end_nest`.
static struct nlattr *append(struct request *request, uint16_t type, const void *data, size_t length) {
  struct nlattr *attribute = (struct nlattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
  attribute->nla_type = data ? type : type | NLA_F_NESTED;
  attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
  if (data) memcpy((char *)attribute + NLA_HDRLEN, data, length);
  request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len);
  return attribute;
}

static void end_nest(const struct request *request, struct nlattr *nest) {
  nest->nla_len = (uint16_t)((const char *)request + request->header.nlmsg_len - (const char *)nest);
}

static void append_tuple(struct request *request, int family, int protocol, const struct clinux_flow *flow) {
  bool is6 = family == AF_INET6;
  uint8_t number = (uint8_t)protocol;
  struct nlattr *tuple = append(request, CTA_TUPLE_REPLY, NULL, 0);
  struct nlattr *addresses = append(request, CTA_TUPLE_IP, NULL, 0);
  append(request, is6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, flow->source, address_length(family));
  append(request, is6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, flow->destination, address_length(family));
  end_nest(request, addresses);
  struct nlattr *ports = append(request, CTA_TUPLE_PROTO, NULL, 0);
  append(request, CTA_PROTO_NUM, &number, sizeof number);
  append(request, CTA_PROTO_SRC_PORT, &flow->source_port, sizeof flow->source_port);
  append(request, CTA_PROTO_DST_PORT, &flow->destination_port, sizeof flow->destination_port);
  end_nest(request, ports);
  end_nest(request, tuple);
}

/// The attribute of this type in `length` bytes of attributes; its payload's length is left in `found`.
static const char *find(const char *bytes, size_t length, uint16_t type, size_t *found) {
  while (length >= NLA_HDRLEN) {
    const struct nlattr *attribute = (const struct nlattr *)bytes;
    if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > length) break;
    if ((attribute->nla_type & NLA_TYPE_MASK) == type) {
      *found = attribute->nla_len - NLA_HDRLEN;
      return bytes + NLA_HDRLEN;
    }
    size_t step = NLA_ALIGN(attribute->nla_len);
    if (step > length) break;
    bytes += step;
    length -= step;
  }
  return NULL;
}

/// Copies an attribute of exactly this length.
static bool copy(const char *bytes, size_t length, uint16_t type, void *target, size_t expected) {
  size_t found;
  const char *value = find(bytes, length, type, &found);
  if (!value || found != expected) return false;
  memcpy(target, value, expected);
  return true;
}

static bool read_tuple(const char *bytes, size_t length, int family, struct clinux_flow *flow) {
  bool is6 = family == AF_INET6;
  size_t tupleLength, part;
  const char *tuple = find(bytes, length, CTA_TUPLE_ORIG, &tupleLength);
  if (!tuple) return false;
  const char *addresses = find(tuple, tupleLength, CTA_TUPLE_IP, &part);
  size_t count = address_length(family);
  if (!addresses || !copy(addresses, part, is6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, flow->source, count) ||
      !copy(addresses, part, is6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, flow->destination, count))
    return false;
  const char *ports = find(tuple, tupleLength, CTA_TUPLE_PROTO, &part);
  return ports && copy(ports, part, CTA_PROTO_SRC_PORT, &flow->source_port, sizeof flow->source_port) &&
         copy(ports, part, CTA_PROTO_DST_PORT, &flow->destination_port, sizeof flow->destination_port);
}

/// Reads the answer to request `sequence`; answers to requests that were given up are skipped.
static int receive_origin(int netlink, uint32_t sequence, int family, struct clinux_flow *origin) {
  union {
    char bytes[8192];
    struct nlmsghdr header;
  } answer;
  for (;;) {
    // The kernel has answered before send(2) returned.
    ssize_t received = recv(netlink, answer.bytes, sizeof answer.bytes, MSG_DONTWAIT);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return -1;
    if (!NLMSG_OK(&answer.header, (size_t)received) || answer.header.nlmsg_seq != sequence) continue;
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
      if (answer.header.nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) return errno = EPROTO, -1;
      const struct nlmsgerr *failure = NLMSG_DATA(&answer.header);
      errno = failure->error < 0 ? -failure->error : EPROTO;
      return -1;
    }
    size_t length = answer.header.nlmsg_len, start = NLMSG_SPACE(sizeof(struct nfgenmsg));
    memset(origin, 0, sizeof *origin);
    if (length < start || !read_tuple(answer.bytes + start, length - start, family, origin))
      return errno = EPROTO, -1;
    return 0;
  }
}

int clinux_conntrack_origin(
    int netlink, int family, int protocol, const struct clinux_flow *reply, struct clinux_flow *origin) {
  static uint32_t lastSequence;
  struct request request = {
      .header =
          {.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
           .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
           .nlmsg_flags = NLM_F_REQUEST,
           .nlmsg_seq = __atomic_add_fetch(&lastSequence, 1, __ATOMIC_RELAXED)},
      .family = {.nfgen_family = (uint8_t)family, .version = NFNETLINK_V0}};
  append_tuple(&request, family, protocol, reply);
  ssize_t sent;
  do sent = send(netlink, &request, request.header.nlmsg_len, 0);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return -1;
  return receive_origin(netlink, request.header.nlmsg_seq, family, origin);
}
