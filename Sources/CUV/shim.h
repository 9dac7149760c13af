// libuv as Swift sees it: the header itself, and what Swift's C importer cannot express.
#pragma once
#include <uv.h>

// uv_loop_configure is variadic, which Swift cannot call; this is the one option that is used.
static inline int cuv_loop_enable_idle_time(uv_loop_t *loop) {
  return uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
}

// libuv's own timers count in milliseconds.
#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif
