/*
 * An event as one line for a person, from its descriptor alone: when, what
 * kind, casefile, place, what happened, until when.  Codes become names
 * where a registry is at hand.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "cli/print_time.h"
#include "common/msg/envelope.h"
#include "common/registry/registry.h"

struct printer {
	const struct registry *registry; /* NULL: codes are shown */
	struct arena *arena;             /* reset with every line */
	bool colour;
	size_t width; /* columns of the terminal; 0: no end */
	int64_t day;  /* of the last line, since 1970 in China; 0: none */
	bool late;    /* the line is out of its order, and marked "~" */
	struct print_clock clock;
};

/* Appends the line, and one with the date before it when the day changed. */
void print_event(struct printer *p, const struct msg_envelope *env, int64_t at,
    struct buf *out);
/* The same for bytes that are no event; WHY says what is wrong with them. */
void print_unreadable(struct printer *p, int64_t seq, int64_t at,
    const char *why, struct str bytes, struct buf *out);

/*
 * What happened, as one phrase without a time limit: "县公安局, from
 * 分水镇综合信息指挥室, "山火逼近"".  SUBJECT is left out where it repeats.
 */
void print_what(struct printer *p, const struct msg_desc *d, const void *msg,
    struct str subject, int64_t at, struct buf *out);
/* Its limits, soonest first: "sign until 03-18 09:30, in 28m; ...". */
void print_limits(const struct print_clock *c, const struct msg_desc *d,
    const void *msg, int64_t at, struct buf *out);

/* "T1" of a thing of casefile SUBJECT, nothing of the casefile itself. */
struct str print_short_id(struct str id, struct str subject);
/* The name of CODE, which is of kind LOOK, on that day; or CODE itself. */
struct str print_name(
    struct printer *p, enum msg_look look, struct str code, int64_t at);

enum print_colour {
	COLOUR_NONE,
	COLOUR_DIM,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_BLUE,
	COLOUR_MAGENTA,
	COLOUR_CYAN,
	COLOUR_BOLD,
};
/* Switches colour on (COLOUR_NONE: off), when P wants colours. */
void print_colour(
    const struct printer *p, enum print_colour c, struct buf *out);

#endif
