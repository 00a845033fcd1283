/* An event as huying tail writes it, in each of its forms (pure). */
#ifndef CLI_TAIL_LINE_H
#define CLI_TAIL_LINE_H

#include "cli/print.h"
#include "cli/tail_event.h"
#include "cli/tail_format.h"

enum tail_form {
	FORM_PRETTY,
	FORM_SHORT,
	FORM_JSON,
	FORM_JSON_PRETTY,
	FORM_RAW,
	FORM_TOPICS,
	FORM_FORMAT,
};

struct tail_line {
	enum tail_form form;
	struct printer printer; /* its clock serves every form */
	struct tail_format format;
};

/* Whether the form is for people: headings and marks may stand between. */
bool tail_line_is_for_people(enum tail_form form);

/*
 * Appends EV; nothing in the raw form when it cannot be read.  JSON is one
 * value a line, whatever the journal holds.
 */
void tail_line_put(
    struct tail_line *l, const struct tail_event *ev, struct buf *out);

#endif
