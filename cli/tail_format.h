/*
 * The language of huying tail --format: text with %{FIELD} in it, in columns
 * of a terminal, or as JSON that stays JSON (pure).
 */
#ifndef CLI_TAIL_FORMAT_H
#define CLI_TAIL_FORMAT_H

#include "cli/print_time.h"
#include "cli/tail_event.h"

#define FORMAT_PIECES_MAX 64
#define FORMAT_TEXT_MAX 4096

struct format_piece {
	struct str text; /* to be copied; or, when WHAT is not empty, */
	struct str what; /* "seq", "data.unit", ... */
	size_t width;    /* columns at least */
	size_t max;      /* columns at most; 0: no end */
	bool left;
	bool quoted; /* stands between quotes of a JSON text */
};

struct tail_format {
	struct format_piece pieces[FORMAT_PIECES_MAX];
	size_t n;
	char text[FORMAT_TEXT_MAX]; /* what pieces point into */
	bool json;
	bool ended; /* it ends its lines itself, with \n or \0 */
};

/*
 * Reads TEXT.  With JSON each value is one of JSON, or a part of a text when
 * it stands between quotes; TEXT must make one JSON value then.  RC_REJECT
 * says what is wrong.
 */
enum rc format_parse(struct tail_format *f, const char *text, bool json,
    struct err *e) MUST_CHECK;
/* Appends one event, its line ended. */
void format_put(const struct tail_format *f, const struct print_clock *c,
    const struct tail_event *ev, struct buf *out);

#endif
