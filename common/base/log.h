/* One line an event on stderr, logfmt; never the content of an event. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "common/base/base.h"

enum log_level {
	LEVEL_DEBUG,
	LEVEL_INFO,
	LEVEL_WARN,
	LEVEL_ERROR
};

/* Once, in main(): the process's name, and what is too little to say. */
void log_init(const char *service, enum log_level least);
/* The level of this name; LEVEL_INFO when there is none. */
enum log_level log_level_of(const char *name);
/* EVENT is noun.verb_past; FMT gives further key=value pairs, or "". */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    PRINTF(3, 4);
/* TEXT as a value: in quotes, those within escaped, cut to fit; = OUT. */
#define LOG_QUOTED 480
const char *log_quote(const char *text, char out[LOG_QUOTED]);
/* The event with one pair: why="WHY". */
void log_why(enum log_level level, const char *event, const char *why);

#endif
