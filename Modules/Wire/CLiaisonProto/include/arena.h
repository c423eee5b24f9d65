/*
 * An arena: zero-filled memory that is given out piece by piece and freed as a whole.
 *
 * It has a cap, so that no message can take more memory than its reader allows: past the cap
 * liaison_arena_alloc returns NULL, and protobuf-c's unpacking then fails as a whole.
 */
#ifndef LIAISON_ARENA_H
#define LIAISON_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

typedef struct liaison_arena liaison_arena;

/*
 * A new arena that gives out at most `cap` bytes, whose first chunk has `first` bytes; NULL if
 * there is no memory.
 */
liaison_arena *liaison_arena_create(size_t cap, size_t first);

/* Zero-filled memory for any type; NULL past the cap. Valid until reset or destroy. */
void *liaison_arena_alloc(liaison_arena *arena, size_t size);

/* Takes everything back, and keeps the first chunk for the next message. */
void liaison_arena_reset(liaison_arena *arena);

void liaison_arena_destroy(liaison_arena *arena);

/* The arena as protobuf-c's allocator. Its free does nothing: the arena is freed as a whole. */
ProtobufCAllocator *liaison_arena_allocator(liaison_arena *arena);

#endif
