/* Makes captures to measure readers with: the same bytes for the same arguments, as fast as a disk takes them.
 *
 * usage: make_capture http1|http2 MEBIBYTES FILE     keep-alive connections, until the file has that size
 *        make_capture dns|sessions COUNT FILE        exchanges over UDP, each by a new socket; short connections
 *
 * Ethernet, IPv4, segments of 1,448 bytes, every second one acknowledged; checksums are right. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT 1448
#define FRAME 16384
#define CONNECTIONS 32
#define STREAMS 8

static FILE *file;
static uint64_t written, now_us = 1795508102000000, packet_id;
static uint8_t content[1 << 20];

/* MARK: Packets */

static void put16(uint8_t *to, uint16_t value) { to[0] = value >> 8, to[1] = value; }
static void put32(uint8_t *to, uint32_t value) { put16(to, value >> 16), put16(to + 2, value); }

static uint64_t sum(const uint8_t *bytes, size_t count, uint64_t total) {
  for (; count >= 2; bytes += 2, count -= 2) total += (uint32_t)bytes[0] << 8 | bytes[1];
  return count ? total + ((uint32_t)bytes[0] << 8) : total;
}

static uint16_t folded(uint64_t total) {
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return ~total;
}

/* Writes a packet whose IP payload, `header` and then `payload`, has its checksum at `checksum`. */
static void packet(uint32_t from, uint32_t to, uint8_t protocol, uint8_t *header, size_t header_count,
                   const uint8_t *payload, size_t payload_count, uint8_t *checksum) {
  static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
  uint8_t ip[20] = {0x45, 0};
  put16(ip + 2, 20 + header_count + payload_count);
  put16(ip + 4, packet_id++);
  put16(ip + 6, 0x4000);
  ip[8] = 64, ip[9] = protocol;
  put32(ip + 12, from), put32(ip + 16, to);
  put16(ip + 10, folded(sum(ip, 20, 0)));
  uint64_t pseudo = sum(ip + 12, 8, protocol + header_count + payload_count);
  put16(checksum, folded(sum(payload, payload_count, sum(header, header_count, pseudo))));
  uint32_t length = 14 + 20 + header_count + payload_count;
  uint32_t record[4] = {now_us / 1000000, now_us % 1000000, length, length};
  now_us += 7;
  fwrite(record, 16, 1, file);
  fwrite(ethernet, 14, 1, file);
  fwrite(ip, 20, 1, file);
  fwrite(header, header_count, 1, file);
  fwrite(payload, payload_count, 1, file);
  written += 16 + length;
}

static void datagram(uint32_t from, uint16_t source, uint32_t to, uint16_t destination, const uint8_t *payload,
                     size_t count) {
  uint8_t udp[8] = {0};
  put16(udp, source), put16(udp + 2, destination), put16(udp + 4, 8 + count);
  packet(from, to, 17, udp, 8, payload, count, udp + 6);
}

typedef struct {
  uint32_t client, server, client_next, server_next;
  uint16_t client_port, server_port;
  unsigned unacknowledged;
} connection;

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

static void segment(connection *c, int from_client, uint8_t flags, const uint8_t *payload, size_t count) {
  uint8_t tcp[20] = {0};
  put16(tcp, from_client ? c->client_port : c->server_port);
  put16(tcp + 2, from_client ? c->server_port : c->client_port);
  uint32_t *next = from_client ? &c->client_next : &c->server_next;
  put32(tcp + 4, *next);
  if (flags & ACK) put32(tcp + 8, from_client ? c->server_next : c->client_next);
  tcp[12] = 5 << 4, tcp[13] = flags;
  put16(tcp + 14, 65535);
  *next += count + !!(flags & (SYN | FIN));
  packet(from_client ? c->client : c->server, from_client ? c->server : c->client, 6, tcp, 20, payload, count,
         tcp + 16);
}

static void start(connection *c, unsigned number, uint16_t server_port) {
  *c = (connection){.client = 0x0a000001 + number % 251, .server = 0x0a010001 + number % 13, .client_next = number * 7919,
                    .server_next = number * 104729, .client_port = 1024 + number / 251 % 60000, .server_port = server_port};
  segment(c, 1, SYN, NULL, 0);
  segment(c, 0, SYN | ACK, NULL, 0);
  segment(c, 1, ACK, NULL, 0);
}

static void stop(connection *c) {
  segment(c, 1, FIN | ACK, NULL, 0);
  segment(c, 0, FIN | ACK, NULL, 0);
  segment(c, 1, ACK, NULL, 0);
}

/* Sends as much as fits into one segment; what is sent is left out of the rest. */
static void send_some(connection *c, int from_client, const uint8_t **bytes, size_t *count) {
  size_t part = *count < SEGMENT ? *count : SEGMENT;
  segment(c, from_client, ACK | (part == *count ? PSH : 0), *bytes, part);
  *bytes += part, *count -= part;
  if (++c->unacknowledged % 2 == 0) segment(c, !from_client, ACK, NULL, 0);
}

/* MARK: HTTP */

/* What pages are made of: many small bodies, few large ones; 26 KB on average. */
static const uint32_t body_sizes[] = {310, 1200, 740, 18000, 5200, 96000, 2600, 43, 61000, 9400, 340, 120000};
#define SIZES (sizeof body_sizes / sizeof *body_sizes)
static const char *const types[] = {"text/html; charset=utf-8", "application/octet-stream", "text/css", "text/javascript"};

static size_t http1_request(uint8_t *to, unsigned number) {
  return sprintf((char *)to,
                 "GET /assets/%u/item-%u.html?session=%08x&page=%u HTTP/1.1\r\nHost: www%u.example.com\r\n"
                 "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0\r\n"
                 "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.5\r\n"
                 "Accept-Encoding: gzip, deflate, br\r\nCookie: id=%08x; theme=dark\r\nConnection: keep-alive\r\n\r\n",
                 number % 97, number, number * 2654435761u, number % 7, number % 13, number * 40503u);
}

static size_t http1_response(uint8_t *to, unsigned number, uint32_t size) {
  size_t head = sprintf((char *)to,
                        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 24 Nov 2026 08:15:02 GMT\r\nContent-Type: %s\r\n"
                        "Content-Length: %u\r\nLast-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\nETag: \"%08x-%x\"\r\n"
                        "Cache-Control: max-age=3600\r\nAccept-Ranges: bytes\r\nConnection: keep-alive\r\n\r\n",
                        types[number % 4], size, number * 2654435761u, size);
  memcpy(to + head, content + number % 65536, size);
  return head + size;
}

typedef struct {
  connection c;
  uint8_t *buffer;
  const uint8_t *bytes;
  size_t count;
  uint32_t stream;
} talk;

/* Connections that talk at the same time, a segment each in turn. */
static void keep_alive(uint64_t size, int is_http2, void (*more)(talk *, unsigned)) {
  talk *talks = calloc(CONNECTIONS, sizeof(talk));
  unsigned number = 0;
  for (unsigned i = 0; i < CONNECTIONS; i++) {
    talks[i].buffer = malloc(STREAMS * 200000 + 65536);
    start(&talks[i].c, i + 1, is_http2 ? 8080 : 80);
  }
  while (written < size)
    for (unsigned i = 0; i < CONNECTIONS; i++) {
      if (talks[i].count == 0) more(&talks[i], number++);
      send_some(&talks[i].c, 0, &talks[i].bytes, &talks[i].count);
    }
  for (unsigned i = 0; i < CONNECTIONS; i++) {
    while (talks[i].count) send_some(&talks[i].c, 0, &talks[i].bytes, &talks[i].count);
    stop(&talks[i].c);
  }
}

static void send_all(connection *c, const uint8_t *bytes, size_t count) {
  while (count) send_some(c, 1, &bytes, &count);
}

static void more_http1(talk *t, unsigned number) {
  uint8_t request[2048];
  send_all(&t->c, request, http1_request(request, number));
  t->bytes = t->buffer;
  t->count = http1_response(t->buffer, number, body_sizes[number % SIZES]);
}

/* MARK: HTTP/2 (RFC 9113), its fields without Huffman coding (RFC 7541) */

static uint8_t *frame(uint8_t *to, uint32_t count, uint8_t type, uint8_t flags, uint32_t stream) {
  put32(to, count << 8 | type);
  to[4] = flags;
  put32(to + 5, stream);
  return to + 9;
}

static uint8_t *literal(uint8_t *to, const char *text) {
  size_t count = strlen(text);
  *to++ = count;
  memcpy(to, text, count);
  return to + count;
}

/* The first request and response of a connection put what comes again into the dynamic tables. */
static uint8_t *request_fields(uint8_t *to, int is_first, unsigned number) {
  char path[64];
  sprintf(path, "/assets/%u/item-%u.html?page=%u", number % 97, number, number % 7);
  *to++ = 0x82, *to++ = 0x86, *to++ = 0x04;
  to = literal(to, path);
  if (!is_first) {
    for (uint8_t index = 65; index >= 62; index--) *to++ = 0x80 | index;
    return to;
  }
  *to++ = 0x41, to = literal(to, "www.example.com");
  *to++ = 0x7a, to = literal(to, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)");
  *to++ = 0x53, to = literal(to, "text/html,application/xhtml+xml,*/*;q=0.8");
  *to++ = 0x50, to = literal(to, "gzip, deflate, br");
  return to;
}

static uint8_t *response_fields(uint8_t *to, int is_first, uint32_t size) {
  char length[16];
  sprintf(length, "%u", size);
  *to++ = 0x88;
  if (is_first) {
    *to++ = 0x76, to = literal(to, "nginx/1.22.1");
    *to++ = 0x61, to = literal(to, "Tue, 24 Nov 2026 08:15:02 GMT");
    *to++ = 0x5f, to = literal(to, "text/html; charset=utf-8");
  } else {
    for (uint8_t index = 64; index >= 62; index--) *to++ = 0x80 | index;
  }
  *to++ = 0x0f, *to++ = 0x0d;
  return literal(to, length);
}

/* Asks for several bodies at once, whose frames come in turn. */
static void more_http2(talk *t, unsigned number) {
  uint8_t request[8192], *end = request;
  int is_first = t->stream == 0;
  if (is_first) {
    memcpy(end, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24), end += 24;
    end = frame(end, 6, 4, 0, 0);
    put16(end, 4), put32(end + 2, 0x7fffffff), end += 6;
    end = frame(end, 4, 8, 0, 0);
    put32(end, 0x7fff0000), end += 4;
    t->stream = 1;
  } else {
    end = frame(end, 4, 8, 0, 0);
    put32(end, 0x80000), end += 4;
  }
  uint32_t sizes[STREAMS], offsets[STREAMS] = {0}, left = 0;
  for (unsigned i = 0; i < STREAMS; i++) {
    uint8_t *start = end;
    end = request_fields(end + 9, is_first && i == 0, number * STREAMS + i);
    frame(start, end - start - 9, 1, 5, t->stream + 2 * i);
    left += sizes[i] = body_sizes[(number * STREAMS + i) % SIZES];
  }
  send_all(&t->c, request, end - request);
  uint8_t *to = t->buffer;
  if (is_first) to = frame(to, 0, 4, 0, 0), to = frame(to, 0, 4, 1, 0);
  for (unsigned i = 0; i < STREAMS; i++) {
    uint8_t *start = to;
    to = response_fields(to + 9, is_first && i == 0, sizes[i]);
    frame(start, to - start - 9, 1, 4, t->stream + 2 * i);
  }
  while (left)
    for (unsigned i = 0; i < STREAMS; i++) {
      uint32_t rest = sizes[i] - offsets[i], part = rest < FRAME ? rest : FRAME;
      if (rest == 0) continue;
      to = frame(to, part, 0, part == rest, t->stream + 2 * i);
      memcpy(to, content + (number + i) % 65536 + offsets[i], part);
      to += part, offsets[i] += part, left -= part;
    }
  t->stream += 2 * STREAMS;
  t->bytes = t->buffer;
  t->count = to - t->buffer;
}

/* MARK: Short connections and DNS */

/* Connections of one request each, some of which are open at the same time. */
static void short_sessions(unsigned count) {
  enum { OPEN = 64 };
  static connection open[OPEN];
  static uint8_t buffer[65536];
  for (unsigned i = 0; i < count + OPEN; i++) {
    connection *c = &open[i % OPEN];
    if (i >= OPEN) {
      const uint8_t *bytes = buffer;
      size_t length = http1_response(buffer, i, body_sizes[i % SIZES] % 3000);
      while (length) send_some(c, 0, &bytes, &length);
      stop(c);
    }
    if (i < count) {
      start(c, i + 1, 80);
      send_all(c, buffer, http1_request(buffer, i));
    }
  }
}

static uint8_t *dns_name(uint8_t *to, unsigned number) {
  char label[32];
  sprintf(label, "host-%u", number % 4001);
  to = literal(to, label);
  to = literal(to, number % 3 ? "example" : "wiretape");
  to = literal(to, number % 3 ? "com" : "test");
  *to = 0;
  return to + 1;
}

/* Every query has a socket of its own, and is answered by an alias and up to four addresses; 400 of them a second. */
static void dns(unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    uint8_t message[512] = {0}, *end = message + 12;
    uint32_t client = 0x0a000001 + i % 251;
    uint16_t port = 1024 + i / 251 % 60000;
    put16(message, i * 40503u), put16(message + 2, 0x0100), put16(message + 4, 1);
    end = dns_name(end, i);
    put16(end, 1), put16(end + 2, 1), end += 4;
    datagram(client, port, 0x0a020001, 53, message, end - message);
    unsigned addresses = 1 + i % 4;
    put16(message + 2, 0x8180), put16(message + 6, 1 + addresses);
    uint8_t *alias = end + 12;
    put16(end, 0xc00c), put16(end + 2, 5), put16(end + 4, 1), put32(end + 6, 300);
    end = dns_name(alias, i + 1);
    put16(alias - 2, end - alias);
    for (unsigned a = 0; a < addresses; a++, end += 16) {
      put16(end, 0xc000 | (alias - message)), put16(end + 2, 1), put16(end + 4, 1), put32(end + 6, 60);
      put16(end + 10, 4), put32(end + 12, 0xcb007100 + (i + a) % 256);
    }
    datagram(0x0a020001, 53, client, port, message, end - message);
    now_us += 2486;
  }
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: make_capture KIND SIZE FILE\n"), 64;
  const char *kind = arguments[1];
  uint64_t size = strtoull(arguments[2], NULL, 10);
  file = fopen(arguments[3], "wb");
  if (!file) return perror(arguments[3]), 2;
  setvbuf(file, NULL, _IOFBF, 1 << 20);
  uint32_t state = 1;
  for (size_t i = 0; i < sizeof content; i++) {
    state = state * 1664525 + 1013904223;
    content[i] = 32 + (state >> 24) % 95;
  }
  const uint32_t header[6] = {0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1};
  fwrite(header, sizeof header, 1, file);
  written = sizeof header;
  if (!strcmp(kind, "http1")) keep_alive(size << 20, 0, more_http1);
  if (!strcmp(kind, "http2")) keep_alive(size << 20, 1, more_http2);
  if (!strcmp(kind, "dns")) dns(size);
  if (!strcmp(kind, "sessions")) short_sessions(size);
  return fclose(file) ? (perror(arguments[3]), 2) : 0;
}
