/* Preloaded into Chromium: without netlink it does not hear of network interfaces that come and go, as they do with each
   container. It would fail every request under way with ERR_NETWORK_CHANGED, those to the loopback interface, too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol) {
  if (domain == AF_NETLINK) {
    errno = EAFNOSUPPORT;
    return -1;
  }
  int (*next)(int, int, int) = dlsym(RTLD_NEXT, "socket");
  return next(domain, type, protocol);
}
