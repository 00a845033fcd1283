/* The machine that all processes of a simulation share. */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include <stdint.h>

/* Once, before anything asks for randomness. */
void host_init(void);
/* All randomness from here on. */
void host_seed(uint64_t seed);

#endif
