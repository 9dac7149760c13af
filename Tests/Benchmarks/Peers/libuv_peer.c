// The measure for LoopHTTP: the same routes by hand in C, on the same libuv, with llhttp (Node's parser) as parser.
// Built by ../run against Debian's libuv1-dev and node-llhttp; one thread, no limits or deadlines.
#include <llhttp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum { READ_BYTES = 64 * 1024, OUT_BYTES = 16 * 1024, TARGET_BYTES = 1024, BLOB_BYTES = 1 << 20 };

typedef struct {
  uv_tcp_t tcp;
  uv_timer_t timer;
  llhttp_t parser;
  char target[TARGET_BYTES];
  size_t target_length;
  size_t body_length;
  int open_handles;
} connection;

typedef struct {
  uv_write_t request;
  char *bytes;
} pending_write;

static uv_loop_t *loop;
static llhttp_settings_t settings;
static char read_buffer[READ_BYTES];
static char *blob;
// What is answered to the bytes of one read; always handed over before the next connection's turn.
static char out[OUT_BYTES];
static size_t out_length;
static char date[64];
static size_t date_length;
static time_t date_second;

static const char *current_date(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != date_second) {
    struct tm fields;
    date_second = now.tv_sec;
    gmtime_r(&now.tv_sec, &fields);
    date_length = strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &fields);
  }
  return date;
}

static void after_close(uv_handle_t *handle) {
  connection *client = handle->data;
  if (--client->open_handles == 0) free(client);
}

static void close_connection(connection *client) {
  if (uv_is_closing((uv_handle_t *)&client->tcp)) return;
  uv_close((uv_handle_t *)&client->tcp, after_close);
  uv_close((uv_handle_t *)&client->timer, after_close);
}

static void after_write(uv_write_t *request, int status) {
  pending_write *pending = (pending_write *)request;
  if (status < 0) close_connection(request->handle->data);
  free(pending->bytes);
  free(pending);
}

// What the socket does not take at once is copied and left to libuv.
static void write_all(connection *client, const char *first, size_t first_length, const char *second, size_t second_length) {
  uv_buf_t buffers[2] = {uv_buf_init((char *)first, first_length), uv_buf_init((char *)second, second_length)};
  int written = uv_try_write((uv_stream_t *)&client->tcp, buffers, second_length > 0 ? 2 : 1);
  if (written == UV_EAGAIN) written = 0;
  if (written < 0) return close_connection(client);
  size_t total = first_length + second_length;
  if ((size_t)written == total) return;
  pending_write *pending = malloc(sizeof *pending);
  pending->bytes = malloc(total - written);
  size_t from_first = (size_t)written < first_length ? first_length - written : 0;
  memcpy(pending->bytes, first + first_length - from_first, from_first);
  memcpy(pending->bytes + from_first, second + second_length - (total - written - from_first), total - written - from_first);
  uv_buf_t rest = uv_buf_init(pending->bytes, total - written);
  uv_write(&pending->request, (uv_stream_t *)&client->tcp, &rest, 1, after_write);
}

static void flush(connection *client) {
  size_t length = out_length;
  out_length = 0;
  if (length > 0) write_all(client, out, length, NULL, 0);
}

static void append(connection *client, const char *bytes, size_t length) {
  memcpy(out + out_length, bytes, length);
  out_length += length;
}

#define APPEND_LITERAL(client, literal) append(client, literal, sizeof literal - 1)

static void append_decimal(connection *client, size_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = '0' + number % 10;
  while (number /= 10);
  append(client, digits + at, sizeof digits - at);
}

static void append_head(connection *client, const char *status, const char *type, size_t length) {
  if (OUT_BYTES - out_length < 1024) flush(client);
  APPEND_LITERAL(client, "HTTP/1.1 ");
  append(client, status, strlen(status));
  APPEND_LITERAL(client, "\r\nDate: ");
  append(client, current_date(), date_length);
  APPEND_LITERAL(client, "\r\nContent-Type: ");
  append(client, type, strlen(type));
  APPEND_LITERAL(client, "\r\nContent-Length: ");
  append_decimal(client, length);
  APPEND_LITERAL(client, "\r\n\r\n");
}

static void answer(connection *client, const char *status, const char *type, const char *body, size_t length) {
  append_head(client, status, type, length);
  if (out_length + length > OUT_BYTES) {
    size_t head_length = out_length;
    out_length = 0;
    write_all(client, out, head_length, body, length);
  } else {
    append(client, body, length);
  }
}

static const char greeting[] = "Hello, World!";

static void answer_greeting(connection *client) {
  answer(client, "200 OK", "text/plain; charset=utf-8", greeting, sizeof greeting - 1);
}

// The value of the query's parameter NAME as far as it fits; empty without one. Percent escapes are decoded.
static void query_value(const connection *client, const char *name, char *value, size_t capacity) {
  const char *end = client->target + client->target_length;
  const char *cursor = memchr(client->target, '?', client->target_length);
  size_t name_length = strlen(name), length = 0;
  while (cursor && cursor < end) {
    cursor++;
    const char *next = memchr(cursor, '&', end - cursor);
    const char *stop = next ? next : end;
    if ((size_t)(stop - cursor) > name_length && !memcmp(cursor, name, name_length) && cursor[name_length] == '=') {
      for (const char *at = cursor + name_length + 1; at < stop && length + 1 < capacity; at++) {
        unsigned escaped;
        if (*at == '%' && at + 2 < stop && sscanf(at + 1, "%2x", &escaped) == 1) {
          value[length++] = (char)escaped;
          at += 2;
        } else {
          value[length++] = *at == '+' ? ' ' : *at;
        }
      }
      break;
    }
    cursor = next;
  }
  value[length] = 0;
}

static size_t append_escaped(char *output, const char *text) {
  char *at = output;
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') *at++ = '\\';
    if ((unsigned char)*text < 0x20) {
      at += sprintf(at, "\\u%04x", *text);
    } else {
      *at++ = *text;
    }
  }
  return at - output;
}

static void answer_die(connection *client) {
  static const int faces[] = {1, 2, 3, 4, 5, 6};
  char name[128], body[1024];
  query_value(client, "die", name, sizeof name);
  size_t length = sprintf(body, "{\"identifier\":\"");
  length += append_escaped(body + length, name);
  length += sprintf(body + length, "\",\"specification\":{\"faces\":[");
  for (size_t index = 0; index < sizeof faces / sizeof *faces; index++)
    length += sprintf(body + length, index ? ",%d" : "%d", faces[index]);
  length += sprintf(body + length, "],\"error_rate\":%.1f}}", 0.0);
  answer(client, "200 OK", "application/json", body, length);
}

static void after_sleep(uv_timer_t *timer) {
  connection *client = timer->data;
  answer_greeting(client);
  flush(client);
}

static void sleep_then_answer(connection *client) {
  char milliseconds[16];
  query_value(client, "ms", milliseconds, sizeof milliseconds);
  uv_timer_start(&client->timer, after_sleep, strtoul(milliseconds, NULL, 10), 0);
}

static bool path_is(const connection *client, const char *path) {
  size_t length = strlen(path);
  return client->target_length >= length && !memcmp(client->target, path, length) &&
         (client->target_length == length || client->target[length] == '?');
}

static int on_url(llhttp_t *parser, const char *at, size_t length) {
  connection *client = parser->data;
  if (client->target_length + length > TARGET_BYTES) return -1;
  memcpy(client->target + client->target_length, at, length);
  client->target_length += length;
  return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length) {
  (void)at;
  ((connection *)parser->data)->body_length += length;
  return 0;
}

static int on_message_complete(llhttp_t *parser) {
  connection *client = parser->data;
  bool is_post = parser->method == HTTP_POST;
  if (is_post && path_is(client, "/upload")) {
    char count[32];
    answer(client, "200 OK", "text/plain; charset=utf-8", count, sprintf(count, "%zu", client->body_length));
  } else if (is_post && path_is(client, "/v1/traces")) {
    answer(client, "200 OK", "application/x-protobuf", "", 0);
  } else if (path_is(client, "/plaintext")) {
    answer_greeting(client);
  } else if (path_is(client, "/json")) {
    answer_die(client);
  } else if (path_is(client, "/sleep")) {
    sleep_then_answer(client);
  } else if (path_is(client, "/blob")) {
    answer(client, "200 OK", "application/octet-stream", blob, BLOB_BYTES);
  } else {
    answer(client, "404 Not Found", "text/plain; charset=utf-8", "Not Found\n", 10);
  }
  client->target_length = client->body_length = 0;
  return 0;
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  connection *client = stream->data;
  if (count == 0) return;
  if (count < 0 || llhttp_execute(&client->parser, buffer->base, count) != HPE_OK) return close_connection(client);
  flush(client);
}

static void on_connection(uv_stream_t *listener, int status) {
  if (status < 0) return;
  connection *client = calloc(1, sizeof *client);
  uv_tcp_init(loop, &client->tcp);
  uv_timer_init(loop, &client->timer);
  client->tcp.data = client->timer.data = client;
  client->open_handles = 2;
  llhttp_init(&client->parser, HTTP_REQUEST, &settings);
  client->parser.data = client;
  if (uv_accept(listener, (uv_stream_t *)&client->tcp) < 0) return close_connection(client);
  uv_tcp_nodelay(&client->tcp, 1);
  uv_read_start((uv_stream_t *)&client->tcp, allocate, on_read);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: %s PORT\n", argv[0]), 64;
  // A client that leaves within a download must end its connection, not the process.
  signal(SIGPIPE, SIG_IGN);
  loop = uv_default_loop();
  blob = malloc(BLOB_BYTES);
  memset(blob, 'x', BLOB_BYTES);
  llhttp_settings_init(&settings);
  settings.on_url = on_url;
  settings.on_body = on_body;
  settings.on_message_complete = on_message_complete;
  struct sockaddr_in address;
  uv_ip4_addr("127.0.0.1", atoi(argv[1]), &address);
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
  int result = uv_listen((uv_stream_t *)&listener, 1024, on_connection);
  if (result < 0) return fprintf(stderr, "%s\n", uv_strerror(result)), 1;
  return uv_run(loop, UV_RUN_DEFAULT);
}
