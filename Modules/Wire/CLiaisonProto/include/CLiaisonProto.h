/* The C that LiaisonWire imports: generated messages, and the arena that they are decoded in. */
#ifndef LIAISON_PROTO_H
#define LIAISON_PROTO_H

#include "arena.h"
#include "liaison/sync/v1/register.pb-c.h"
#include "liaison/sync/v1/sync.pb-c.h"
#include "liaison/sync/v1/enrol.pb-c.h"

#endif
