// libuv as Swift sees it: the header itself, and what Swift's C importer cannot express.
#pragma once
#include <uv.h>

// uv_loop_configure is variadic, which Swift cannot call; this is the one option that is used.
static inline int cuv_loop_enable_idle_time(uv_loop_t *loop) {
  return uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
}

// A request for libuv's thread pool, and the descriptor that its work is about.
typedef struct {
  uv_work_t work;
  int descriptor;
} cuv_descriptor_work_t;

// libuv's own timers count in milliseconds.
#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif

// Bytes of a TCP socket that its peer has not acknowledged; ioctl is variadic, too.
#include <sys/ioctl.h>
#include <sys/socket.h>
static inline int cuv_unacknowledged_bytes(int descriptor) {
  int count = 0;
#ifdef __linux__
  return ioctl(descriptor, TIOCOUTQ, &count) == 0 ? count : 0;
#else
  socklen_t size = sizeof(count);
  return getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &size) == 0 ? count : 0;
#endif
}

// glibc gives the free end of a heap back to the system from 128 KiB on, and has it mapped in anew, page by page, for the next piece of
// a body. Once it has seen a larger block go it keeps twice as much (its "dynamic threshold"), unless somebody has set the limits. Here,
// because no compiler may leave out what goes through a volatile pointer.
#include <stdlib.h>
static inline void cuv_let_allocator_keep(size_t bytes) {
  void *volatile block = malloc(bytes / 2);
  free(block);
}
