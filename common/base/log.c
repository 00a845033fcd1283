#include "common/base/log.h"

#include "common/base/clock.h"

#include <stdarg.h>
#include <stdio.h>

/* The one global of the project: who speaks, and from which level on. */
static struct {
	const char *service;
	enum log_level least;
} self = { "huying", LEVEL_INFO };

void
log_init(const char *service, enum log_level least)
{
	self.service = service;
	self.least = least;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	char text[CLOCK_TEXT], more[512];
	va_list ap;

	if (level < self.least)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	/* One write a line: several processes may share a file. */
	(void)fprintf(stderr, "ts=%s level=%s svc=%s event=%s%s%s\n",
	    clock_format(clock_wall_ms(), text), names[level], self.service,
	    event, more[0] != '\0' ? " " : "", more);
}
