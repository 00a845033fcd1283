/*
 * Where huying tail stood, to come back to exactly there: epoch and seq, as
 * "1:417", on the command line or in a file.
 */
#ifndef CLI_TAIL_CURSOR_H
#define CLI_TAIL_CURSOR_H

#include "common/base/str.h"

struct tail_place {
	int64_t epoch;
	int64_t seq; /* all up to it was shown, or was not asked for */
};

#define PLACE_TEXT 48

bool place_parse(struct str text, struct tail_place *out);
const char *place_format(const struct tail_place *p, char text[PLACE_TEXT]);

/* RC_GONE: no such file, or it is empty; RC_REJECT: it holds no place. */
enum rc cursor_read(
    const char *path, struct tail_place *out, struct err *e) MUST_CHECK;
/* The file holds the old place or the new one, also after a power cut. */
enum rc cursor_write(
    const char *path, const struct tail_place *p, struct err *e) MUST_CHECK;

#endif
