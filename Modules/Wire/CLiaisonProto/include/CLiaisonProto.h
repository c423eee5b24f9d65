/* The C that LiaisonWire imports: generated messages, compiled files, and the arena that messages are decoded in. */
#ifndef LIAISON_PROTO_H
#define LIAISON_PROTO_H

#include "arena.h"
#include "descriptors.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "liaison/descriptor.pb-c.h"
#include "liaison/sync/v1/register.pb-c.h"
#include "liaison/sync/v1/sync.pb-c.h"
#include "liaison/sync/v1/enrol.pb-c.h"

#endif
