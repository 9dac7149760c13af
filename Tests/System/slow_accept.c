/* Preloaded into a service: taking a connection blocks the loop's thread for 1.2 seconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
#include <time.h>

int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags) {
  int (*next)(int, struct sockaddr *, socklen_t *, int) = dlsym(RTLD_NEXT, "accept4");
  int connection = next(descriptor, address, length, flags);
  if (connection >= 0) nanosleep(&(struct timespec){1, 200000000}, NULL);
  return connection;
}
