/* Preloaded into a service: looking up a name that ends in ".stuck" never ends, as where a name server swallows questions. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  const char *end = node ? strrchr(node, '.') : NULL;
  while (end && strcmp(end, ".stuck") == 0) pause();
  int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  return next(node, service, hints, result);
}
