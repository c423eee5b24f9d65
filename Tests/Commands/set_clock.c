/* Preloaded into a process, stops the clock that it reads at LIAISON_CLOCK, in seconds since 1970; or, if that is
 * the path of a file, moves it on by as many seconds as the file says. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long passed(const char *path) {
  char text[32] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
  close(file);
  return atoll(text);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = syscall(SYS_clock_gettime, clock, time);
  const char *set = getenv("LIAISON_CLOCK");
  if (!set || clock != CLOCK_REALTIME) return result;
  time->tv_sec = *set == '/' ? time->tv_sec + passed(set) : atoll(set);
  return result;
}
