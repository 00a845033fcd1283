/*
 * One line an event on stderr, logfmt or JSON; never the content of an event.
 * What repeats itself is counted, not said again.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "common/base/str.h"

enum log_level {
	LEVEL_DEBUG,
	LEVEL_INFO,
	LEVEL_WARN,
	LEVEL_ERROR
};

/* Once, in main(): the process's name, and what is too little to say. */
void log_init(const char *service, enum log_level least);
/* Another level, another form; whenever a policy says so. */
void log_policy(enum log_level least, bool json);
/* The level of this name; LEVEL_INFO when there is none. */
enum log_level log_level_of(const char *name);
/* Whether anything of LEVEL would be said. */
bool log_says(enum log_level level);
/* EVENT is noun.verb_past; FMT gives further key=value pairs, or "". */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    PRINTF(3, 4);
/* TEXT as a value: in quotes, those within escaped, cut to fit; = OUT. */
#define LOG_QUOTED 480
const char *log_quote(const char *text, char out[LOG_QUOTED]);
/* The event with one pair: why="WHY". */
void log_why(enum log_level level, const char *event, const char *why);

/*
 * Pairs trace_id and span_id (each with a blank before it) of a W3C trace
 * context, "00-<32 hex>-<16 hex>-01"; empty where TRACEPARENT is none.  = OUT
 */
#define LOG_TRACE 80
const char *log_trace(struct str traceparent, char out[LOG_TRACE]);

/*
 * The same line again within LOG_WINDOW_MS, or the LOG_BURST-th line of one
 * event, is not said but counted; afterwards one line says how many there
 * were (repeated=41).  Debug lines are all said.
 */
#define LOG_WINDOW_MS 10000
#define LOG_BURST 20
/* At every turn of a loop: says what was counted, where it is time. */
void log_repeats(void);
/* At the end: says all of it. */
void log_flush(void);

#endif
