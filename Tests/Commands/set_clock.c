/* Preloaded into a process, stops the clock that it reads at LIAISON_CLOCK, in seconds since 1970. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = syscall(SYS_clock_gettime, clock, time);
  const char *set = getenv("LIAISON_CLOCK");
  if (set && clock == CLOCK_REALTIME) time->tv_sec = atoll(set);
  return result;
}
