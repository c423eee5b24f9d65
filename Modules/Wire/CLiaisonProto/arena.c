#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct chunk {
  struct chunk *previous;
  size_t size;
  size_t used;
  alignas(max_align_t) unsigned char bytes[];
} chunk;

struct liaison_arena {
  ProtobufCAllocator allocator;
  size_t cap;
  size_t given;
  size_t first;
  chunk *last;
};

static chunk *chunk_create(size_t size, chunk *previous) {
  chunk *made = calloc(1, sizeof(chunk) + size);
  if (made == NULL) return NULL;
  made->previous = previous;
  made->size = size;
  return made;
}

static void *allocator_alloc(void *data, size_t size) { return liaison_arena_alloc(data, size); }

static void allocator_free(void *data, void *pointer) {
  (void)data;
  (void)pointer;
}

liaison_arena *liaison_arena_create(size_t cap, size_t first) {
  liaison_arena *arena = calloc(1, sizeof(liaison_arena));
  if (arena == NULL) return NULL;
  arena->allocator.alloc = allocator_alloc;
  arena->allocator.free = allocator_free;
  arena->allocator.allocator_data = arena;
  arena->cap = cap;
  arena->first = first;
  return arena;
}

void *liaison_arena_alloc(liaison_arena *arena, size_t size) {
  const size_t unit = alignof(max_align_t);
  if (size > SIZE_MAX - unit) return NULL;
  size = size == 0 ? unit : (size + unit - 1) / unit * unit;
  if (size > arena->cap - arena->given) return NULL;
  if (arena->last == NULL || size > arena->last->size - arena->last->used) {
    size_t next = arena->last == NULL ? arena->first : arena->last->size * 2;
    const size_t left = arena->cap - arena->given;
    if (next > left) next = left;
    chunk *made = chunk_create(next < size ? size : next, arena->last);
    if (made == NULL) return NULL;
    arena->last = made;
  }
  void *place = arena->last->bytes + arena->last->used;
  arena->last->used += size;
  arena->given += size;
  return place;
}

void liaison_arena_reset(liaison_arena *arena) {
  while (arena->last != NULL && arena->last->previous != NULL) {
    chunk *previous = arena->last->previous;
    free(arena->last);
    arena->last = previous;
  }
  if (arena->last != NULL) {
    memset(arena->last->bytes, 0, arena->last->used);
    arena->last->used = 0;
  }
  arena->given = 0;
}

void liaison_arena_destroy(liaison_arena *arena) {
  if (arena == NULL) return;
  while (arena->last != NULL) {
    chunk *previous = arena->last->previous;
    free(arena->last);
    arena->last = previous;
  }
  free(arena);
}

ProtobufCAllocator *liaison_arena_allocator(liaison_arena *arena) { return &arena->allocator; }
