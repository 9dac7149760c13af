// For a server under valgrind 3.19, which crashes when sigsuspend gets a mask from read-only memory, as libdispatch's main
// thread passes one: preloaded, this waits without it.
#include <signal.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
  (void)mask;
  for (;;) pause();
}
