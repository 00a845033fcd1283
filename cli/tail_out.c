/* How events leave huying tail: one by one, or a casefile at a time. */
#include "cli/tail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SAVE_MS 1000

void
tail_note(const struct tail *t, const char *fmt, ...)
{
	va_list ap;

	if (t->quiet)
		return;
	(void)fprintf(stderr, "-- ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, " --\n");
}

/* Line by line, so that whoever reads us never waits for the rest of one. */
static int
write_out(struct tail *t)
{
	if (t->out.failed) {
		cli_say("an event is too long to be shown");
		return EXIT_DATA;
	}
	if (fwrite(t->out.p, 1, t->out.n, stdout) == t->out.n &&
	    fflush(stdout) == 0)
		return TAIL_GOES_ON;
	if (errno == EPIPE)
		return TAIL_NOBODY_READS;
	cli_say("cannot write: %s", strerror(errno));
	return EXIT_CONNECT;
}

static int
put_line(struct tail *t, const struct tail_event *ev)
{
	buf_reset(&t->out);
	t->line.printer.registry = t->names.registry;
	if (t->line.printer.clock.how == TIME_REL)
		t->line.printer.clock.now = tail_now(t);
	tail_line_put(&t->line, ev, &t->out);
	if (t->out.n == 0) {
		tail_note(t, "event %lld cannot be read: %s",
		    (long long)ev->seq, ev->why);
		return TAIL_GOES_ON;
	}
	return write_out(t);
}

/* Machines get the events alone. */
static int
put_title(struct tail *t, const struct group_chain *c)
{
	struct buf title;
	int code = TAIL_GOES_ON;

	buf_init(&title, 1024);
	groups_title(c, &title);
	if (tail_line_is_for_people(t->line.form)) {
		buf_reset(&t->out);
		print_colour(&t->line.printer, COLOUR_BOLD, &t->out);
		buf_printf(&t->out, "== %.*s ==", STR_ARG(buf_get(&title)));
		print_colour(&t->line.printer, COLOUR_NONE, &t->out);
		buf_char(&t->out, '\n');
		code = write_out(t);
	} else if (c->end == GROUP_QUIET || c->end == GROUP_FULL) {
		tail_note(t, "%.*s", STR_ARG(buf_get(&title)));
	}
	buf_fini(&title);
	return code;
}

static int
put_chain(struct tail *t, const struct group_chain *c)
{
	int code = put_title(t, c);

	/* Dates and gaps begin anew in each. */
	t->line.printer.day = 0;
	t->line.printer.clock.before = 0;
	for (size_t i = 0; i < c->n && code == TAIL_GOES_ON; i++)
		code = put_line(t, &c->events[i]);
	return code;
}

int
tail_flush(struct tail *t, bool end)
{
	const struct group_chain *c = NULL;
	int64_t now = clock_mono_ms(), held;
	int code = TAIL_GOES_ON;

	held = end ? t->rate.n_held : rate_held(&t->rate, now);
	if (held > 0)
		tail_note(t, "%lld event%s not shown: more than -R allows",
		    (long long)held, held == 1 ? "" : "s");
	if (t->groups == NULL)
		return TAIL_GOES_ON;
	do {
		c = end ? groups_drain(t->groups) : groups_due(t->groups, now);
		if (c != NULL)
			code = put_chain(t, c);
	} while (c != NULL && code == TAIL_GOES_ON);
	return code;
}

int
tail_show(struct tail *t, const struct tail_event *ev)
{
	int64_t now = clock_mono_ms();

	if (t->groups != NULL && groups_add(t->groups, ev, now))
		return tail_flush(t, false);
	return put_line(t, ev);
}

int
tail_save_place(struct tail *t, bool end)
{
	struct tail_place p = source_place(t->source);
	int64_t now = clock_mono_ms(), first;
	struct err e;

	first = t->groups != NULL ? groups_first(t->groups) : 0;
	if (first > 0 && p.seq >= first)
		p.seq = first - 1;
	if (end && t->verbose && p.epoch > 0)
		tail_note(t, "cursor %lld:%lld, %lld shown", (long long)p.epoch,
		    (long long)p.seq, (long long)t->shown);
	if (t->cursor_file == NULL || p.epoch == 0 ||
	    (p.epoch == t->saved.epoch && p.seq == t->saved.seq) ||
	    (!end && now - t->saved_ms < SAVE_MS))
		return TAIL_GOES_ON;
	t->saved = p;
	t->saved_ms = now;
	if (cursor_write(t->cursor_file, &p, &e) == RC_OK)
		return TAIL_GOES_ON;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}
