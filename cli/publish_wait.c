/* What events lead to: of each the first fact of a kind that it caused. */
#include "cli/publish.h"

#include "cli/names.h"
#include "cli/print.h"
#include "common/msg/wire.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_ROOM ((size_t)1 << 20)
#define SLICE_MS 500

struct awaited_event {
	char *id;
	char *casefile; /* that a report became; NULL: not known (yet) */
	bool over;      /* it came, or it was refused */
};

struct waiting {
	struct awaited *a;
	struct names names;
	struct printer printer;
	struct tally refused; /* by code */
	size_t n_came, n_over;
	bool bar;
};

void
awaited_add(struct awaited *a, const struct huying_outcome *o)
{
	if (o->status != HUYING_STORED && o->status != HUYING_DUPLICATE)
		return;
	if (a->first == 0 || o->seq < a->first)
		a->first = o->seq;
	if (a->pattern == NULL)
		return;
	if (a->n == a->cap) {
		a->cap = a->cap > 0 ? 2 * a->cap : 64;
		a->events = xrealloc(a->events, a->cap * sizeof(*a->events));
	}
	a->events[a->n++] = (struct awaited_event){ .id = xstrdup(o->id) };
}

void
awaited_fini(struct awaited *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->events[i].id);
		free(a->events[i].casefile);
	}
	free(a->events);
	*a = (struct awaited){ .n = 0 };
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct awaited_event *)a)->id,
	    ((const struct awaited_event *)b)->id);
}

/* Sorted, and each once: a line may stand in a file again. */
static void
sort(struct awaited *a)
{
	size_t n = 0;

	qsort(a->events, a->n, sizeof(*a->events), by_id);
	for (size_t i = 0; i < a->n; i++)
		if (n > 0 && strcmp(a->events[n - 1].id, a->events[i].id) == 0)
			free(a->events[i].id);
		else
			a->events[n++] = a->events[i];
	a->n = n;
}

static struct awaited_event *
find(const struct awaited *a, const char *id)
{
	const struct awaited_event wanted = {
		.id = (char *)(uintptr_t)id /* only compared */
	};

	return bsearch(&wanted, a->events, a->n, sizeof(wanted), by_id);
}

static void
show_bar(const struct waiting *w)
{
	if (w->bar)
		(void)fprintf(stderr, "\r\033[K%zu of %zu: %s", w->n_came,
		    w->a->n, w->a->pattern);
}

static void
hide_bar(const struct waiting *w)
{
	if (w->bar)
		(void)fprintf(stderr, "\r\033[K");
}

static void
show(struct waiting *w, struct huying_reader *r, const struct huying_event *ev)
{
	struct str bytes = { ev->envelope, ev->envelope_len };
	struct msg_envelope env;
	struct buf line;

	hide_bar(w);
	buf_init(&line, LINE_ROOM);
	if (w->a->json) {
		buf_z(&line, huying_json(r, NULL));
		buf_char(&line, '\n');
	} else if (envelope_decode(bytes, MSG_LENIENT, &env, NULL) == RC_OK) {
		w->printer.registry = w->names.registry;
		if (w->printer.day == 0)
			w->printer.day = clock_day(ev->at_ms);
		print_event(&w->printer, &env, ev->at_ms, &line);
	}
	(void)fwrite(line.p, 1, line.n, stdout);
	(void)fflush(stdout);
	buf_fini(&line);
}

/* What EV answers, or what it is about: all of a report's casefile counts. */
static struct awaited_event *
cause_of(struct waiting *w, const struct huying_event *ev)
{
	struct awaited_event *one = find(w->a, ev->causationid);

	if (one == NULL)
		one = find(w->a, ev->correlationid);
	for (size_t i = 0; i < w->a->n && one == NULL; i++)
		if (w->a->events[i].casefile != NULL &&
		    strcmp(w->a->events[i].casefile, ev->subject) == 0)
			one = &w->a->events[i];
	return one;
}

static void
take(struct waiting *w, struct huying_reader *r, const struct huying_event *ev)
{
	struct awaited_event *one = cause_of(w, ev);
	bool came = fnmatch(w->a->pattern, ev->type, 0) == 0, refused;

	if (one == NULL || one->over)
		return;
	if (one->casefile == NULL &&
	    strcmp(ev->type, msg_report_received_desc.type) == 0)
		one->casefile = xstrdup(ev->subject);
	refused = strcmp(ev->causationid, one->id) == 0 &&
		  strcmp(ev->type, msg_command_refused_desc.type) == 0;
	if (!came && !refused)
		return;
	one->over = true;
	w->n_over++;
	w->n_came += came;
	if (!came)
		tally_code(&w->refused, huying_field(r, "code"));
	show(w, r, ev);
}

static enum huying_code
follow(struct waiting *w, struct huying_reader *r, struct huying_error *e)
{
	int64_t until = clock_mono_ms() + w->a->timeout_ms;
	enum huying_code code = HUYING_OK;

	while (w->n_over < w->a->n) {
		int64_t left = until - clock_mono_ms();
		const struct huying_event *ev;

		if (left <= 0)
			return HUYING_NOTHING;
		show_bar(w);
		code = huying_next(
		    r, left < SLICE_MS ? (int)left : SLICE_MS, &ev, e);
		if (code == HUYING_OK)
			take(w, r, ev);
		else if (code != HUYING_NOTHING && code != HUYING_AWAY)
			return code;
	}
	return HUYING_OK;
}

static int
sum_up(struct waiting *w, enum huying_code code, const struct huying_error *e)
{
	struct buf out;

	hide_bar(w);
	if (code != HUYING_OK && code != HUYING_NOTHING) {
		cli_say("%s", e->text);
		return EXIT_CONNECT;
	}
	if (w->a->n == 1 && w->n_over == 0)
		cli_say("no %s came in time", w->a->pattern);
	if (w->a->n > 1) {
		buf_init(&out, LINE_ROOM);
		buf_printf(
		    &out, "%zu of %zu: %s", w->n_came, w->a->n, w->a->pattern);
		if (w->n_over > w->n_came) {
			buf_printf(
			    &out, "; %zu refused", w->n_over - w->n_came);
			tally_codes(&w->refused, &out);
		}
		if (w->a->n > w->n_over)
			buf_printf(&out, "; nothing in time for %zu",
			    w->a->n - w->n_over);
		(void)fprintf(stderr, "%.*s\n", STR_ARG(buf_get(&out)));
		buf_fini(&out);
	}
	return w->n_came == w->a->n ? EXIT_OK : EXIT_NOTHING;
}

int
publish_wait(const struct conf *c, const char *dsn, struct awaited *a)
{
	const struct huying_reader_options o = {
		.size = sizeof(o), .from_seq = a->first + 1, .follow = 1
	};
	struct waiting w = { .a = a,
		.bar = a->n > 1 && isatty(STDERR_FILENO) == 1,
		.printer = { .colour = cli_colour("auto") } };
	struct huying_reader *r;
	struct huying_error e;
	int code;

	sort(a);
	if (huying_reader_open(&r, &o, &e) != HUYING_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	if (!a->json)
		names_open(&w.names, dsn != NULL ? dsn : c->db, true);
	w.printer.arena = arena_new(LINE_ROOM);
	code = sum_up(&w, follow(&w, r, &e), &e);
	huying_reader_close(&r);
	arena_free(&w.printer.arena);
	if (!a->json)
		names_close(&w.names);
	return code;
}
