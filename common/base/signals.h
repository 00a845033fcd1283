/* The signals that end a process, as something to poll. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/*
 * A descriptor that becomes readable at SIGTERM or SIGINT, which do nothing
 * else from now on; the caller's to close.  Once a process.
 */
int signals_open(void);

#endif
