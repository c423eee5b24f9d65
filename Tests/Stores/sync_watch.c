/* Preloaded into a process, notes in order what it writes to its database files, when it makes them
   durable, and when it answers: one line each, "write FILE" before and "sync FILE" after the system's
   call; "answer" before it sends a message of gRPC over a socket, that is an HTTP/2 frame of DATA with
   content (RFC 9113 section 4.1), and as it exits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int notes = -1;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("LIAISON_SYNC_NOTES");
  if (path) notes = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const char *line, size_t size) {
  ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  if (notes >= 0) next(notes, line, size);
}

__attribute__((destructor)) static void finish(void) { put("answer\n", 7); }

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
  put(line, (size_t)size);
}

enum { preface_size = 24, frame_header_size = 9 };

/* The byte at an offset in some buffers; -1 behind their end. */
static int byte_at(const struct iovec *parts, int count, size_t offset) {
  for (int part = 0; part < count; part++) {
    if (offset < parts[part].iov_len) return ((const unsigned char *)parts[part].iov_base)[offset];
    offset -= parts[part].iov_len;
  }
  return -1;
}

/* Whether bytes that begin with a frame, or with a caller's preface, hold a frame of DATA. */
static int holds_data(const struct iovec *parts, int count) {
  size_t at = byte_at(parts, count, 0) == 'P' && byte_at(parts, count, 1) == 'R' ? preface_size : 0;
  while (byte_at(parts, count, at + frame_header_size - 1) >= 0) {
    size_t size = 0;
    for (size_t byte = 0; byte < 3; byte++) {
      size = size << 8 | (size_t)byte_at(parts, count, at + byte);
    }
    if (byte_at(parts, count, at + 3) == 0 && size > 0) return 1;
    at += frame_header_size + size;
  }
  return 0;
}

static void sent(int file, const struct iovec *parts, int count) {
  struct stat status;
  if (notes < 0 || fstat(file, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  if (holds_data(parts, count)) put("answer\n", 7);
}

ssize_t write(int file, const void *bytes, size_t count) {
  ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  struct iovec part = {(void *)bytes, count};
  if (file != notes) note("write", file);
  sent(file, &part, 1);
  return next(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  ssize_t (*next)(int, const struct iovec *, int) = dlsym(RTLD_NEXT, "writev");
  note("write", file);
  sent(file, parts, count);
  return next(file, parts, count);
}

ssize_t send(int file, const void *bytes, size_t count, int flags) {
  ssize_t (*next)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");
  struct iovec part = {(void *)bytes, count};
  sent(file, &part, 1);
  return next(file, bytes, count, flags);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
  ssize_t (*next)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
  sent(file, message->msg_iov, (int)message->msg_iovlen);
  return next(file, message, flags);
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
