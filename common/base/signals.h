/* The signals that a process is told by, as something to poll. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>

/*
 * A descriptor that becomes readable at SIGTERM or SIGINT, which do nothing
 * else from now on; the caller's to close.  Once a process.
 */
int signals_open(void);

/* Of a process that serves: SIGHUP, too, is a word to it, not its end. */
struct signals {
	int fd;      /* to be polled for reading */
	bool stop;   /* SIGTERM or SIGINT came */
	bool reload; /* SIGHUP came; whoever has seen to it takes it back */
};
void signals_serve(struct signals *s);
/* Takes in what came; cheap when nothing did.  Whether to stop. */
bool signals_turn(struct signals *s);
void signals_close(struct signals *s);

#endif
