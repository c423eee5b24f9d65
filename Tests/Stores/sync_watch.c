/* Preloaded into a process, notes in order what it writes to its database files and when it makes
   them durable: one line each, "write FILE" before and "sync FILE" after the system's call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int notes = -1;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("LIAISON_SYNC_NOTES");
  if (path) notes = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), size = strlen(end);
  return length >= size && strcmp(text + length - size, end) == 0;
}

static void note(const char *what, int file) {
  char link[64], path[4096], line[4200];
  if (notes < 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (!ends_with(path, ".sqlite") && !ends_with(path, ".sqlite-wal")) return;
  const char *name = strrchr(path, '/');
  int size = snprintf(line, sizeof line, "%s %s\n", what, name ? name + 1 : path);
  ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  next(notes, line, (size_t)size);
}

ssize_t write(int file, const void *bytes, size_t count) {
  ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  if (file != notes) note("write", file);
  return next(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  ssize_t (*next)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
  note("write", file);
  return next(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  ssize_t (*next)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
  note("write", file);
  return next(file, bytes, count, offset);
}

int fsync(int file) {
  int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
  int result = next(file);
  if (result == 0) note("sync", file);
  return result;
}

int fdatasync(int file) {
  int (*next)(int) = dlsym(RTLD_NEXT, "fdatasync");
  int result = next(file);
  if (result == 0) note("sync", file);
  return result;
}
