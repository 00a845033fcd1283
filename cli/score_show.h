/* `huying score show`: what its two files share. */
#ifndef CLI_SCORE_SHOW_H
#define CLI_SCORE_SHOW_H

#include "cli/score.h"

/* One unit. */
struct show_line {
	struct row_count count;
	struct row_score score; /* revision 0: not published */
	struct str name;
	struct str kind;
};

struct show {
	const struct score_args *args;
	struct db *db;
	struct registry *registry;
	struct arena *arena;
	struct args query;
	struct period period;
	char text[PERIOD_TEXT];
	struct show_line *lines;
	size_t n;
	const struct row_score *newest; /* of the last revision, or NULL */
};

/* score_print.c: the lines as they are, at least one. */
void show_text(const struct show *s);
void show_json(const struct show *s);

#endif
