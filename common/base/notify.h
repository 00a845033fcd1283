/* What systemd, or whoever started us, is told (sd_notify(3)). */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include "common/base/base.h"

struct notify {
	int64_t every_ms; /* a sign of life so often; 0: nobody waits for it */
	int64_t told_ms;
};

/* Reads what is asked for in the environment: WATCHDOG_USEC. */
void notify_init(struct notify *n);
/* "READY=1" and its like; nothing happens where NOTIFY_SOCKET is not set. */
void notify_say(const char *words);
/* To be called at every turn of a loop; says WATCHDOG=1 when it is time. */
void notify_alive(struct notify *n);
/* What was asked for by SIGHUP begins; READY=1 says that it is done. */
void notify_reloading(void);

#endif
