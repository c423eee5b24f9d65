/* The compiled proto files of the services: a google.protobuf.FileDescriptorSet. */
#ifndef LIAISON_DESCRIPTORS_H
#define LIAISON_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

const uint8_t *liaison_descriptors(void);
size_t liaison_descriptors_size(void);

#endif
