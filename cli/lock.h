/*
 * Who runs in the background, by a lock on a file: the kernel knows its
 * process, no file can lie about it.
 */
#ifndef CLI_LOCK_H
#define CLI_LOCK_H

#include "common/base/base.h"

#include <sys/types.h>

/* The file DIR/NAME, made if need be; -1: it cannot be. */
int lock_open(const char *dir, const char *name);
/* Who holds it; 0: nobody. */
pid_t lock_holder(int fd);
/* For as long as this process lives, exec included unless FD closes. */
bool lock_take(int fd);
/*
 * SIGTERM to whoever holds DIR/NAME, and waits for up to WITHIN_MS; what
 * still holds it then, or 0.
 */
pid_t lock_end(const char *dir, const char *name, int64_t within_ms);

#endif
