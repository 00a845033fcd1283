/* Time and waiting, to the microsecond (zmq_poll() knows milliseconds). */
#ifndef TESTS_BENCH_WAIT_H
#define TESTS_BENCH_WAIT_H

#include "common/base/clock.h"

#include <stddef.h>

/* Makes this process wake when it asked to, not up to 50 us later. */
void wait_exactly(void);
/* Until a descriptor is readable or the clock stands at UNTIL_US. */
void wait_fds(const int *fds, size_t n, int64_t until_us);
/* The same for libzmq's sockets. */
void wait_sockets(void *const *raw, size_t n, int64_t until_us);

#endif
