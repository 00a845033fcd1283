/* huying topics: what is going on, type by type. */
#include "cli/cli.h"
#include "cli/tail_live.h"
#include "cli/topics_table.h"
#include "cli/when.h"
#include "common/base/signals.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SLICE_MS 200
#define REDRAW_MS 1000
#define WAIT_MS (10 * SECOND_MS)
#define ROOM ((size_t)1 << 20)
#define EXIT_INTERRUPTED 130
#define HOME_AND_CLEAR "\033[H\033[J"

static const char usage[] =
    "usage: huying topics [TOPIC...] [options]\n\n"
    "Listens to the live feed and shows which types of events come: how many,\n"
    "how many a second, how long ago the last one, its place in the journal,\n"
    "and how often the feed lost some.  On a terminal the table goes on until\n"
    "it is interrupted.  TOPIC is as in huying tail.\n\n"
    "  --wait SPAN         listen for so long, then show it once (10s, when\n"
    "                      this is no terminal)\n"
    "  --top N             only the N types with the most events\n"
    "  --json              one object a line, once\n\n"
    "Exit codes: 0 told, 1 nothing came, 2 wrong usage, 3 no bus, 130\n"
    "interrupted before there was anything to tell.\n\n"
    "  huying topics --wait 5s\n"
    "  huying topics call task --top 5\n";

struct watch {
	struct conf conf;
	struct filter filter;
	struct tail_live *live;
	struct topics table;
	int64_t wait_ms; /* 0: until it is interrupted */
	int64_t top;
	bool json;
	int signals;
	int64_t drawn_ms;
};

static bool
interrupted(const struct watch *w)
{
	struct signalfd_siginfo info;

	return read(w->signals, &info, sizeof(info)) == sizeof(info);
}

static void
show(struct watch *w, bool again)
{
	int64_t now = clock_mono_ms();
	struct buf out;

	buf_init(&out, ROOM);
	topics_sort(&w->table);
	if (again)
		buf_z(&out, HOME_AND_CLEAR);
	if (w->json)
		topics_put_json(&w->table, (size_t)w->top, now, &out);
	else
		topics_put(&w->table, (size_t)w->top, now, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	(void)fflush(stdout);
	buf_fini(&out);
	w->drawn_ms = now;
}

static void
take_event(struct watch *w, const struct tail_event *ev)
{
	if (ev->readable && filter_matches(&w->filter, &ev->env))
		topics_saw(&w->table, ev->env.type, ev->seq, clock_mono_ms());
}

/* -1, or the code to leave with. */
static int
turn(struct watch *w)
{
	struct tail_event ev;
	struct err e;

	switch (tail_live_next(w->live, SLICE_MS, &ev, &e)) {
	case CAME_EVENT:
		take_event(w, &ev);
		break;
	case CAME_LOST:
		topics_lost(&w->table, tail_live_lost(w->live));
		break;
	case CAME_LIVE:
		w->table.began_ms = clock_mono_ms();
		break;
	case CAME_SILENCE:
	case CAME_REFUSAL:
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	case CAME_NOTHING:
	case CAME_END:
		break;
	}
	return -1;
}

static int
watch(struct watch *w)
{
	const struct source_options o = { .log = w->conf.log,
		.live = w->conf.live,
		.filter = &w->filter,
		.live_only = true };
	bool stopped = false;
	int code = -1;
	struct err e;

	if (tail_live_open(&w->live, &o, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	topics_begin(&w->table, clock_mono_ms());
	while (code < 0 && !stopped) {
		int64_t now = clock_mono_ms();

		stopped = interrupted(w);
		if (w->wait_ms > 0 && now - w->table.began_ms >= w->wait_ms &&
		    tail_live_epoch(w->live) > 0)
			break;
		if (w->wait_ms == 0 && now - w->drawn_ms >= REDRAW_MS)
			show(w, true);
		code = turn(w);
	}
	if (code >= 0)
		return code;
	if (w->wait_ms > 0 && w->table.n > 0)
		show(w, false);
	if (w->table.n > 0)
		return EXIT_OK;
	return stopped ? EXIT_INTERRUPTED : EXIT_NOTHING;
}

static int
take_options(struct watch *w, const char *wait, const char *top)
{
	struct err e;

	if (filter_check(&w->filter, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_USAGE;
	}
	if (wait == NULL && (w->json || !isatty(STDOUT_FILENO)))
		w->wait_ms = WAIT_MS;
	if (wait != NULL &&
	    (!when_parse_span(str_of(wait), &w->wait_ms) || w->wait_ms == 0)) {
		cli_say("--wait %s: must be like 10s, 5m or 2h", wait);
		return EXIT_USAGE;
	}
	if (top != NULL && (!str_i64(str_of(top), &w->top) || w->top <= 0)) {
		cli_say("--top %s: must be a whole number above 0", top);
		return EXIT_USAGE;
	}
	return cli_conf(&w->conf);
}

int
cmd_topics(int argc, char **argv)
{
	struct watch *w = xcalloc(1, sizeof(*w));
	const char *wait = NULL, *top = NULL;
	const struct option_row rows[] = { { "--wait", &wait, NULL },
		{ "--top", &top, NULL }, { "--json", NULL, &w->json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows),
		w->filter.topic.yes, FILTER_WORDS_MAX };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code < 0)
		code = take_options(w, wait, top);
	if (code < 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		w->signals = signals_open();
		code = watch(w);
		(void)close(w->signals);
	}
	tail_live_close(&w->live);
	free(w);
	return code;
}
