#include "common/base/log.h"

#include "common/base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = { "debug", "info", "warn", "error" };

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

enum log_level
log_level_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LEVEL_INFO;
}

/* Texts of others come through here: none may begin a line of its own. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = ' ';
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char text[CLOCK_TEXT], more[512];
	va_list ap;

	if (level < self.least)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	flatten(more);
	/* One write a line: several processes may share a file. */
	(void)fprintf(stderr, "ts=%s level=%s svc=%s event=%s%s%s\n",
	    clock_format(clock_wall_ms(), text), names[level], self.service,
	    event, more[0] != '\0' ? " " : "", more);
}

const char *
log_quote(const char *text, char out[LOG_QUOTED])
{
	size_t n = 0;

	out[n++] = '"';
	/* Room for an escaped character, the last quote and the NUL. */
	for (; *text != '\0' && n + 4 <= LOG_QUOTED; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}

void
log_why(enum log_level level, const char *event, const char *why)
{
	char quoted[LOG_QUOTED];

	log_event(level, event, "why=%s", log_quote(why, quoted));
}
