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
/* EVENT is noun.verb_past; FMT gives further key=value pairs, or "". */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    PRINTF(3, 4);

#endif
