/* Where huying tail begins and ends, and from where it reads. */
#include "cli/tail_asked.h"
#include "cli/when.h"

static int
refuse(const char *what)
{
	cli_say("%s", what);
	return EXIT_USAGE;
}

static int
check_together(const struct asked *a)
{
	int starts = (a->since != NULL) + (a->from_seq != NULL) +
		     (a->backlog != NULL) + (a->after_cursor != NULL);

	if (starts > 1)
		return refuse("only one of --since, --from-seq, -n and "
			      "--after-cursor");
	if (a->follow && a->no_follow)
		return refuse("either --follow or --no-follow");
	if (a->fill && a->no_fill)
		return refuse("either --fill-gaps or --no-fill-gaps");
	return TAIL_GOES_ON;
}

static int
take_live(struct tail *t, const struct asked *a, bool follow)
{
	bool stored = a->since != NULL || a->until != NULL ||
		      a->from_seq != NULL || a->backlog != NULL ||
		      a->after_cursor != NULL || t->cursor_file != NULL;

	t->from.live_only = a->live_only;
	t->from.fill = !a->no_fill;
	t->from.follow = a->follow || (follow && !a->no_follow);
	if (a->live_only && (stored || !t->from.follow))
		return refuse("--live-only knows nothing of what is stored: "
			      "no --since, --until, --from-seq, -n, cursors "
			      "or --no-follow");
	return TAIL_GOES_ON;
}

/* Whether TEXT means another time at another hour. */
static bool
is_relative(const char *text)
{
	int64_t one, two;

	return text != NULL && when_parse(str_of(text), 0, &one) &&
	       when_parse(str_of(text), 9 * DAY_MS, &two) && one != two;
}

/* The database has the names, and the time of a sandbox. */
static void
open_names(struct tail *t, const struct asked *a)
{
	bool names = t->line.form == FORM_PRETTY;

	/* An end is compared with the time that it is. */
	if (names || t->line.printer.clock.how == TIME_REL ||
	    is_relative(a->since) || a->until != NULL)
		names_open(
		    &t->names, a->db != NULL ? a->db : t->conf.db, names);
}

static int
take_times(struct tail *t, const struct asked *a)
{
	const struct {
		const char *option;
		const char *text;
		int64_t *at;
	} rows[] = { { "--since", a->since, &t->from.from_time },
		{ "--until", a->until, &t->from.until } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].text != NULL &&
		    !when_parse(str_of(rows[i].text), tail_now(t), rows[i].at))
			return tail_wrong(rows[i].option, rows[i].text,
			    "a time such as 10m, today, 2026-03-18 or "
			    "2026-03-18T09:30");
	return TAIL_GOES_ON;
}

/* A place that was kept wins over where to begin without one. */
static int
take_place(struct tail *t, const struct asked *a)
{
	struct err e;
	enum rc rc = RC_GONE;

	if (a->after_cursor != NULL &&
	    !place_parse(str_of(a->after_cursor), &t->from.after))
		return tail_wrong(
		    "--after-cursor", a->after_cursor, "like 1:417");
	if (t->cursor_file != NULL)
		rc = cursor_read(t->cursor_file, &t->from.after, &e);
	if (rc == RC_OK) {
		t->saved = t->from.after;
		t->backlog = 0;
	} else if (rc != RC_GONE) {
		cli_say("%s", e.text);
		return rc == RC_REJECT ? EXIT_USAGE : EXIT_CONNECT;
	}
	return TAIL_GOES_ON;
}

int
tail_start(struct tail *t, const struct asked *a, bool follow)
{
	int code = check_together(a);

	if (code == TAIL_GOES_ON)
		code = take_live(t, a, follow);
	if (code == TAIL_GOES_ON)
		code = take_place(t, a);
	if (code != TAIL_GOES_ON)
		return code;
	open_names(t, a);
	t->from.log = t->conf.log;
	t->from.live = t->conf.live;
	t->from.filter = &t->filter;
	t->from.from_head = a->since == NULL && a->from_seq == NULL &&
			    t->backlog == 0 && t->from.after.epoch == 0 &&
			    t->from.follow && t->filter.casefile.yes[0] == NULL;
	return take_times(t, a);
}
