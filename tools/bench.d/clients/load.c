/* HTTP/1.1 clients that load a relay and count what came back.

usage: load idle URL COUNT            opens COUNT connections, one request each, and prints a line; holds
                                      them until standard input ends, then makes another request on each
       load sessions URL SECONDS N    N clients open connections one after the other, one request each
       load requests URL RATE SECONDS requests at a steady rate on one kept-alive connection

Each prints one line of JSON: counts, seconds, and for `requests` latencies in nanoseconds. The scheme of
the URL decides on TLS, the host on the address family; its name is looked up once. The exit status is 1
when anything failed. Needs answers with a Content-Length. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OPENERS = 4, TIMEOUT_SECONDS = 30 };

typedef struct {
  int socket;
  SSL *tls;
} Connection;

static SSL_CTX *context;
static struct addrinfo *address;
static char host[256];
static char request[1024];
static atomic_int failures;

static void give_up(const char *what) {
  fprintf(stderr, "load: error: %s: %s\n", what, errno != 0 ? strerror(errno) : "failed");
  exit(2);
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Takes a URL without a port apart, and prepares what all connections share. */
static void prepare(const char *url) {
  char path[512] = "/";
  bool secure = strncmp(url, "https://", 8) == 0;
  if (sscanf(url, secure ? "https://%255[^/]%511s" : "http://%255[^/]%511s", host, path) < 1) give_up(url);
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  if (getaddrinfo(host, secure ? "443" : "80", &hints, &address) != 0) give_up(host);
  if (!secure) return;
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_default_verify_paths(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/* Every open file that the system allows; thousands of connections need more than the usual limit. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void close_connection(Connection *connection) {
  if (connection->tls != NULL) {
    SSL_shutdown(connection->tls);
    SSL_free(connection->tls);
  }
  if (connection->socket >= 0) close(connection->socket);
  *connection = (Connection){.socket = -1};
}

static bool open_connection(Connection *connection) {
  int one = 1;
  struct timeval patience = {.tv_sec = TIMEOUT_SECONDS};
  *connection = (Connection){.socket = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (connection->socket < 0) return false;
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(connection->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(connection->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(connection->socket, address->ai_addr, address->ai_addrlen) != 0) return false;
  if (context == NULL) return true;
  connection->tls = SSL_new(context);
  SSL_set_fd(connection->tls, connection->socket);
  SSL_set_tlsext_host_name(connection->tls, host);
  SSL_set1_host(connection->tls, host);
  return SSL_connect(connection->tls) == 1;
}

static int receive(Connection *connection, char *into, int room) {
  if (connection->tls != NULL) return SSL_read(connection->tls, into, room);
  return (int)recv(connection->socket, into, (size_t)room, 0);
}

/* One request and its whole answer, which must be a 200. */
static bool exchange(Connection *connection) {
  int length = (int)strlen(request), used = 0;
  char answer[16384];
  int sent = connection->tls != NULL ? SSL_write(connection->tls, request, length)
                                     : (int)send(connection->socket, request, (size_t)length, MSG_NOSIGNAL);
  if (sent != length) return false;
  while (used < (int)sizeof answer - 1) {
    int count = receive(connection, answer + used, (int)sizeof answer - 1 - used);
    if (count <= 0) return false;
    answer[used += count] = 0;
    char *end = strstr(answer, "\r\n\r\n"), *field = strstr(answer, "Content-Length: ");
    if (end == NULL) continue;
    if (field == NULL || field > end || strncmp(answer, "HTTP/1.1 200 ", 13) != 0) return false;
    if (answer + used >= end + 4 + atoi(field + 16)) return true;
  }
  return false;
}

/* Says what failed, but not thousands of times. */
static bool failed(Connection *connection, const char *what) {
  int code = errno;
  if (atomic_fetch_add(&failures, 1) < 5) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(code));
    ERR_print_errors_fp(stderr);
  }
  ERR_clear_error();
  if (connection->tls != NULL) SSL_set_quiet_shutdown(connection->tls, 1);
  close_connection(connection);
  return false;
}

static bool open_and_ask(Connection *connection) {
  errno = 0;
  if (!open_connection(connection)) return failed(connection, "cannot connect");
  return exchange(connection) || failed(connection, "no answer");
}

/* Connections to hold: opened by a few threads, which take them one by one. */
static Connection *held;
static int held_count;
static atomic_int next_held;

static void *open_held(void *unused) {
  for (int index; (index = atomic_fetch_add(&next_held, 1)) < held_count;) open_and_ask(&held[index]);
  return unused;
}

static int hold(int count) {
  pthread_t threads[OPENERS];
  char byte;
  int open = 0, answered = 0;
  held = calloc((size_t)count, sizeof *held);
  held_count = count;
  for (int index = 0; index < OPENERS; index++) pthread_create(&threads[index], NULL, open_held, NULL);
  for (int index = 0; index < OPENERS; index++) pthread_join(threads[index], NULL);
  for (int index = 0; index < count; index++) open += held[index].socket >= 0;
  printf("{\"open\": %d, \"failed\": %d}\n", open, atomic_load(&failures));
  fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  for (int index = 0; index < count; index++) {
    if (held[index].socket < 0) continue;
    errno = 0;
    if (exchange(&held[index])) answered++;
    else failed(&held[index], "no second answer");
    close_connection(&held[index]);
  }
  printf("{\"answered\": %d, \"failed\": %d}\n", answered, atomic_load(&failures));
  return atomic_load(&failures) != 0;
}

static int64_t deadline;
static atomic_int finished;

static void *open_until_deadline(void *unused) {
  while (nanoseconds() < deadline) {
    Connection connection;
    if (!open_and_ask(&connection)) continue;
    close_connection(&connection);
    atomic_fetch_add(&finished, 1);
  }
  return unused;
}

static int open_sessions(double seconds, int clients) {
  pthread_t *threads = calloc((size_t)clients, sizeof *threads);
  int64_t begin = nanoseconds();
  deadline = begin + (int64_t)(seconds * 1e9);
  for (int index = 0; index < clients; index++) pthread_create(&threads[index], NULL, open_until_deadline, NULL);
  for (int index = 0; index < clients; index++) pthread_join(threads[index], NULL);
  printf("{\"sessions\": %d, \"failed\": %d, \"seconds\": %.3f}\n", atomic_load(&finished),
         atomic_load(&failures), (double)(nanoseconds() - begin) / 1e9);
  return atomic_load(&failures) != 0;
}

static int compare(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

/* Sends on a fixed schedule. A request that waits for the answer to the one before counts from when it was
   due, so that a stall is seen in every request that it delayed. */
static int send_steadily(double rate, double seconds) {
  int count = (int)(rate * seconds);
  int64_t *latencies = calloc((size_t)count, sizeof *latencies);
  Connection connection;
  if (count == 0 || !open_and_ask(&connection)) return 1;
  int64_t begin = nanoseconds() + 100000000;
  for (int index = 0; index < count; index++) {
    int64_t due = begin + (int64_t)(index * 1e9 / rate), start = nanoseconds();
    struct timespec when = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
    if (start < due) {
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR) continue;
      start = nanoseconds();
    } else {
      start = due;
    }
    if (!exchange(&connection)) return failed(&connection, "no answer"), 1;
    latencies[index] = nanoseconds() - start;
  }
  close_connection(&connection);
  qsort(latencies, (size_t)count, sizeof *latencies, compare);
  printf("{\"requests\": %d, \"p50\": %lld, \"p99\": %lld, \"max\": %lld}\n", count,
         (long long)latencies[count / 2], (long long)latencies[count * 99 / 100], (long long)latencies[count - 1]);
  return 0;
}

int main(int count, char **words) {
  const char *mode = count > 3 ? words[1] : "";
  if (count > 3) prepare(words[2]);
  raise_file_limit();
  signal(SIGPIPE, SIG_IGN);
  if (strcmp(mode, "idle") == 0 && count == 4) return hold(atoi(words[3]));
  if (strcmp(mode, "sessions") == 0 && count == 5) return open_sessions(atof(words[3]), atoi(words[4]));
  if (strcmp(mode, "requests") == 0 && count == 5) return send_steadily(atof(words[3]), atof(words[4]));
  fprintf(stderr, "usage: load idle URL COUNT | sessions URL SECONDS CLIENTS | requests URL RATE SECONDS\n");
  return 64;
}
